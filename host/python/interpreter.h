#pragma once

#include <span>
#include <vector>

#include "host/base/result.h"
#include "host/python/modules.h"

namespace adyton::python {

/// A Python command line. The strings are main's own and outlive the interpreter.
struct Arguments {
  /// What Python parses: the program's name, then options, script and the script's arguments.
  std::vector<char*> argv;
  /// The command line as the process got it (sys.orig_argv): `argv`, or that with "python" in it.
  std::vector<char*> original;
};

/// Lives one interpreter's whole life on the calling thread, which must be the main one, and
/// returns the exit code. Once in a process. It is `python` in everything: options, environment,
/// virtual environments, signals, messages. The built-in modules are added to the interpreter's own
/// and load when they are imported. May end the process instead of returning, as CPython does in
/// some cases (an interrupt that nobody caught ends it by SIGINT): objects that must be torn down
/// belong to the interpreter (see context.h).
int run_interpreter(const Arguments& arguments, BuiltinModules built_ins);

/// Starts an interpreter for a host that calls into it, and runs no command line. On the main
/// thread, which holds the GIL from then on and ends the interpreter (Py_FinalizeEx). Once in a
/// process, and not besides run_interpreter. ErrorCode::config with CPython's own words where it
/// does not start.
Status start_interpreter(const Arguments& arguments, BuiltinModules built_ins);

}  // namespace adyton::python
