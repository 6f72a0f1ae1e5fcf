#include "host/cli/options.h"

#include <cstdio>
#include <sstream>
#include <vector>

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>

#include "host/base/text.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

std::string unknown_option(const po::unknown_option& error,
                           const po::options_description& options) {
  const std::string name = error.get_option_name();
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back(cat("--", option->long_name()));
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  std::string message = cat("there is no option ", name);
  if (const auto meant = did_you_mean(name, candidates))
    message += cat("; did you mean ", *meant, "?");
  return message;
}

int usage_error(const CommandOptions& command, const std::string& message) {
  complain(command.command, message);
  std::fprintf(stderr, "try: adyton %s --help\n", std::string(command.command).c_str());
  return exit_usage;
}

}  // namespace

std::variant<po::variables_map, int> parse_options(CommandOptions command,
                                                   std::span<const std::string> args) {
  const std::string positional(command.positional);
  std::vector<std::string> names(command.optional_positionals.begin(),
                                 command.optional_positionals.end());
  if (!positional.empty()) names = {positional};
  command.options.add_options()("help", "this help");
  po::options_description all;
  all.add(command.options);
  po::positional_options_description positions;
  for (const std::string& name : names) {
    all.add_options()(name.c_str(), po::value<std::string>());
    positions.add(name.c_str(), 1);
  }

  po::variables_map values;
  try {
    // No guessing: a later version's option must not change what an abbreviation means.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(std::vector<std::string>(args.begin(), args.end()))
                  .options(all)
                  .positional(positions)
                  .style(style)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    return usage_error(command, unknown_option(error, command.options));
  } catch (const po::too_many_positional_options_error&) {
    std::string most = cat("one ", names.front());
    for (std::size_t i = 1; i < names.size(); ++i) most += cat(" and one ", names[i]);
    return usage_error(command, cat("takes ", most, ", not several"));
  } catch (const po::error& error) {
    return usage_error(command, error.what());
  }
  if (values.contains("help")) {
    std::ostringstream text;
    text << command.usage << "\noptions:\n" << command.options;
    return print(text.str()) ? exit_done : exit_failed;
  }
  if (!positional.empty() && !values.contains(positional))
    return usage_error(command, cat("which ", positional, "?"));
  return values;
}

void complain(std::string_view command, std::string_view message) {
  const std::string line = cat("adyton ", command, ": ", message, '\n');
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

}  // namespace adyton::cli
