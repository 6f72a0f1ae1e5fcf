#include "host/cli/command_line.h"

#include <algorithm>

#include "host/base/text.h"

namespace adyton::cli {
namespace {

constexpr std::string_view python_name = "python";
constexpr std::string_view help_name = "help";

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

CommandLine::CommandLine(std::span<char* const> argv, Commands commands)
    : argv_(argv), kind_(classify(commands)) {}

CommandLine::Kind CommandLine::classify(Commands commands) {
  if (argv_.size() < 2 || base_name(argv_[0]).starts_with(python_name)) return Kind::python;
  const std::string_view first = argv_[1];
  first_ = 2;
  if (first == python_name) return Kind::python;
  if (first == "--help" || first == help_name) return Kind::help;
  if (first == "--version") return Kind::version;
  const auto found = std::ranges::find(commands, first, &Command::name);
  if (found != commands.end()) {
    command_ = &*found;
    return Kind::command;
  }
  first_ = 1;
  return Kind::python;
}

std::vector<std::string> CommandLine::arguments() const {
  const auto rest = argv_.subspan(std::min(first_, argv_.size()));
  return {rest.begin(), rest.end()};
}

std::vector<char*> CommandLine::python_argv() const {
  std::vector<char*> argv(argv_.begin(), argv_.begin() + std::min<std::size_t>(1, argv_.size()));
  const auto rest = argv_.subspan(std::min(first_, argv_.size()));
  argv.insert(argv.end(), rest.begin(), rest.end());
  return argv;
}

std::optional<std::string_view> meant_command(const std::string& argument, Commands commands,
                                              Os& os) {
  if (argument.empty() || argument.front() == '-' ||
      argument.find_first_of("./") != std::string::npos || os.exists(argument)) {
    return std::nullopt;
  }
  std::vector<std::string_view> names{help_name};
  for (const Command& command : commands) names.push_back(command.name);
  return did_you_mean(argument, names);
}

}  // namespace adyton::cli
