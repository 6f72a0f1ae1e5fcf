// A job file of any bytes, with settings and variables of any bytes, is a config or diagnostics
// with a place in the file or the name of a setting, and each renders to text that is safe for a
// terminal.
//
// What stands behind the last "\n#!" of the input comes from outside: lines NAME=VALUE are
// variables, lines --set=KEY=VALUE settings.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "host/base/text.h"
#include "host/pipeline/config.h"
#include "tests/unit/pipeline/memory_os.h"

namespace pipeline = adyton::pipeline;

namespace {

bool is_safe(std::string_view text) {
  return adyton::is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
         });
}

/// What comes from outside the file.
struct Outside {
  std::vector<std::string> settings;
  std::map<std::string, std::string> variables;

  explicit Outside(std::string_view lines) {
    constexpr std::string_view set = "--set=";
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      const std::size_t equals = line.find('=');
      if (line.starts_with(set)) {
        settings.emplace_back(line.substr(set.size()));
      } else if (equals != std::string_view::npos) {
        variables.emplace(line.substr(0, equals), line.substr(equals + 1));
      }
    }
  }
};

void check_problems(const pipeline::ConfigOutcome& outcome, std::string_view toml) {
  const auto lines = static_cast<std::size_t>(std::count(toml.begin(), toml.end(), '\n')) + 1;
  for (const auto& diagnostic : outcome.diagnostics) {
    if (diagnostic.message.empty() || diagnostic.at.line > lines) std::abort();
    if ((diagnostic.at.setting != 0) != diagnostic.origin.starts_with("--set")) std::abort();
    if (!is_safe(pipeline::render(diagnostic, "job.toml", toml))) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view toml(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view mark = "\n#!";
  const std::size_t end = std::min(toml.rfind(mark), toml.size());
  const Outside outside(toml.substr(std::min(end + mark.size(), toml.size())));
  toml = toml.substr(0, end);

  pipeline::JobSettings settings;
  settings.set = outside.settings;
  settings.environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = outside.variables.find(name);
    if (found == outside.variables.end()) return std::nullopt;
    return found->second;
  };
  adyton::test::MemoryOs os;  // without files: whatever names an input makes up, nothing is touched
  const auto outcome = pipeline::parse_job(os, "job.toml", toml, settings);
  if (outcome.config.has_value() != outcome.diagnostics.empty()) std::abort();
  if (outcome.config && !adyton::is_utf8(outcome.config->text)) std::abort();
  check_problems(outcome, toml);
  return 0;
}
