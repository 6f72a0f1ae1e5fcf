#include "host/cli/help.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "host/base/text.h"

namespace adyton::cli {
namespace {

constexpr std::size_t name_width = 13;
constexpr int exit_usage = 2;

std::string line(std::string_view name, std::string_view summary) {
  const std::size_t padding = name.size() < name_width ? name_width - name.size() : 1;
  return cat("  ", name, std::string(padding, ' '), summary, '\n');
}

int unknown_command(const std::string& name, Commands commands, Os& os) {
  std::string message = cat("adyton: no command is called ", in_quotes(name));
  if (const auto meant = meant_command(name, commands, os)) {
    message += cat("; did you mean ", *meant, '?');
  }
  std::fprintf(stderr, "%s\n", message.c_str());
  return exit_usage;
}

}  // namespace

std::string help_text(Commands commands) {
  std::string text =
      "usage: adyton COMMAND [argument ...]\n"
      "       adyton [python] [python's options] [-c code | -m module | file | -] [argument ...]\n"
      "\n"
      "Without a command it is Python, with Adyton's modules built in.\n"
      "\n"
      "commands:\n";
  for (const Command& command : commands) text += line(command.name, command.summary);
  text += line("python", "Python's own command line, where a script is called like a command");
  text += line("help", "this help, or that of a command: adyton help COMMAND");
  text +=
      "\n"
      "  --version   the versions of Adyton, of Python and of the libraries in it\n"
      "  -h          the help of Python\n";
  return text;
}

int help_command(std::span<const std::string> args, Commands commands, Os& os) {
  if (args.empty()) {
    std::fputs(help_text(commands).c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  const auto found = std::ranges::find(commands, args.front(), &Command::name);
  if (found == commands.end()) return unknown_command(args.front(), commands, os);
  const std::vector<std::string> ask{"--help"};
  return found->run(ask, os);
}

}  // namespace adyton::cli
