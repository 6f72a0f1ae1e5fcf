#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

namespace adyton::cli {

// What a command's exit code says.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_over_budget = 65;
inline constexpr int exit_stopped = 75;
inline constexpr int exit_config = 78;

/// One command's options and its one positional argument, or `optional_positionals`.
struct CommandOptions {
  std::string_view command;     // "run"
  std::string_view positional;  // "job", which is what the messages call it
  std::string_view usage;       // "usage: adyton run [options] JOB\n…": what --help says first
  boost::program_options::options_description options;  // --help is added
  /// Where `positional` is empty: what may be given, in this order.
  std::vector<std::string_view> optional_positionals = {};
};

/// Parses the arguments. Gives the values, among them the positional argument under its name, or
/// the exit code: 0 where --help was asked for (and has been printed), 2 where a message says what
/// is wrong.
std::variant<boost::program_options::variables_map, int> parse_options(
    CommandOptions command, std::span<const std::string> args);

/// "adyton COMMAND: message" on standard error.
void complain(std::string_view command, std::string_view message);

/// Prints on standard output; false if that failed.
bool print(std::string_view text);

}  // namespace adyton::cli
