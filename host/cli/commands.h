#pragma once

#include <string>
#include <vector>

#include "host/cli/command_line.h"
#include "host/python/modules.h"

namespace adyton::cli {

/// Adyton's own commands, in the order in which `adyton --help` lists them: the one table of them.
/// A new command is a file with an `int x_command(args, os)` and a line here. `program` is argv[0]
/// and `built_ins` the table of built-in modules, for the commands that run scripts; it outlives
/// them.
std::vector<Command> commands(const std::string& program, python::BuiltinModules built_ins);

}  // namespace adyton::cli
