#pragma once

#include "host/base/os.h"
#include "host/cli/command_line.h"
#include "host/python/modules.h"

namespace adyton::cli {

/// Is Python: runs `line` as Python's command line, with `built_ins` in the interpreter, on the
/// main thread; returns its exit code or ends the process as Python does. Where Python could not
/// open a file whose name is nearly one of `commands`, says so after Python's own message.
int python_command(const CommandLine& line, Commands commands, python::BuiltinModules built_ins,
                   Os& os);

}  // namespace adyton::cli
