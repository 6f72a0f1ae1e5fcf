#include "host/cli/python_command.h"

#include <cstdio>

#include "host/base/text.h"
#include "host/python/interpreter.h"

namespace adyton::cli {
namespace {

// What Python returns where it cannot open the script.
constexpr int exit_usage = 2;

void hint(const std::string& script, Commands commands, Os& os) {
  if (const auto meant = meant_command(script, commands, os)) {
    const std::string message = cat("adyton: did you mean the command ", *meant, "?\n");
    std::fputs(message.c_str(), stderr);
  }
}

}  // namespace

int python_command(const CommandLine& line, Commands commands, python::BuiltinModules built_ins,
                   Os& os) {
  const python::Arguments arguments{line.python_argv(), {line.argv().begin(), line.argv().end()}};
  const int code = python::run_interpreter(arguments, built_ins);
  // With "python" in front it is a script that was meant, and no command.
  const bool direct = arguments.argv.size() == arguments.original.size();
  if (code == exit_usage && direct && arguments.argv.size() > 1) {
    hint(arguments.argv[1], commands, os);
  }
  return code;
}

}  // namespace adyton::cli
