#pragma once

#include <memory>
#include <string>

#include "host/base/result.h"
#include "host/pipeline/steps/script.h"
#include "host/python/modules.h"

namespace adyton::worker {

/// Where a script's print() goes: to standard error where the records go to standard output.
enum class Print { to_output, to_error };

/// How the functions of python steps are called: under pdb they stop at their first line.
enum class Debugger { none, pdb };

/// Starts the interpreter in this process and makes the host of a job's scripts. Main thread, once
/// in a process. `program` is argv[0]. The built-in modules, adyton.record among them, are there
/// for the scripts to import. Its destructor ends the interpreter. ErrorCode::config if it does not
/// start.
Result<std::unique_ptr<pipeline::ScriptHost>> start_scripts(const std::string& program,
                                                            python::BuiltinModules built_ins,
                                                            Print print,
                                                            Debugger debugger = Debugger::none);

}  // namespace adyton::worker
