#include <cstddef>
#include <memory>
#include <vector>

#include "host/base/os.h"
#include "host/cli/command_line.h"
#include "host/cli/commands.h"
#include "host/cli/help.h"
#include "host/cli/python_command.h"
#include "host/cli/version.h"
#include "host/python/modules.h"
#include "host/python/package.h"
#include "host/worker/record_module.h"
#include "modules/crypto/binding/module.h"
#include "modules/json/binding/module.h"

namespace {

// The built-in modules: the one table of them. Each is loaded when it is imported.
constexpr adyton::python::BuiltinModule built_ins[] = {
    {"adyton", PyInit_adyton},
    {"adyton.crypto", PyInit_adyton_crypto},
    {"adyton.json", PyInit_adyton_json},
    {"adyton.record", PyInit_adyton_record},
};

}  // namespace

int main(int argc, char** argv) {
  using adyton::cli::CommandLine;
  const std::vector<adyton::cli::Command> commands = adyton::cli::commands(argv[0], built_ins);
  const CommandLine line({argv, static_cast<std::size_t>(argc)}, commands);
  const std::unique_ptr<adyton::Os> os = adyton::make_os();
  switch (line.kind()) {
    case CommandLine::Kind::help:
      return adyton::cli::help_command(line.arguments(), commands, *os);
    case CommandLine::Kind::version:
      return adyton::cli::version_command();
    case CommandLine::Kind::command:
      return line.command()->run(line.arguments(), *os);
    case CommandLine::Kind::python:
      break;
  }
  return adyton::cli::python_command(line, commands, built_ins, *os);
}
