#include "host/pipeline/toml_tree.h"

#include <algorithm>

#include "host/base/text.h"
#include "host/pipeline/toml_guard.h"

// The one place that knows toml++, which takes its time to compile.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace adyton::pipeline {
namespace {

Place place_of(const toml::source_region& region) {
  Place at{region.begin.line, region.begin.column, 1};
  const bool one_line = region.end.line == region.begin.line;
  if (one_line && region.end.column > region.begin.column) {
    at.length = region.end.column - region.begin.column;
  }
  return at;
}

bool before(const Place& a, const Place& b) {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

TomlValue convert(const toml::node& node);

TomlTable convert_table(const toml::table& table) {
  TomlTable entries;
  for (const auto& [key, value] : table) {
    entries.push_back({std::string(key.str()), place_of(key.source()), convert(value)});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const TomlEntry& a, const TomlEntry& b) { return before(a.at, b.at); });
  return entries;
}

TomlArray convert_array(const toml::array& array) {
  TomlArray values;
  for (const toml::node& node : array) values.push_back(convert(node));
  return values;
}

TomlValue convert(const toml::node& node) {
  TomlValue value{TomlDate{}, place_of(node.source())};
  if (const auto* table = node.as_table()) value.data = convert_table(*table);
  if (const auto* array = node.as_array()) value.data = convert_array(*array);
  if (const auto* text = node.as_string()) value.data = text->get();
  if (const auto* number = node.as_integer()) value.data = number->get();
  if (const auto* number = node.as_floating_point()) value.data = number->get();
  if (const auto* flag = node.as_boolean()) value.data = flag->get();
  return value;
}

/// toml++ tells first what it was doing: "Error while parsing string: …".
std::string message_of(const toml::parse_error& error) {
  const std::string_view text = error.description();
  constexpr std::string_view prefix = "Error while parsing ";
  const std::size_t colon = text.find(": ");
  if (!text.starts_with(prefix) || colon == std::string_view::npos) {
    return cat("this is not TOML: ", text);
  }
  const std::string_view part = text.substr(prefix.size(), colon - prefix.size());
  const bool vowel = !part.empty() && std::string_view("aeiou").find(part[0]) != part.npos;
  return cat("this is not TOML: ", text.substr(colon + 2), " (in ", vowel ? "an " : "a ", part,
             ')');
}

std::string help_for(std::string_view message) {
  if (message.find("could not determine value type") != std::string_view::npos) {
    return "text stands in quotes: name = \"value\"";
  }
  if (message.find("as array-of-tables") != std::string_view::npos) {
    return "every step begins with [[step]], in double brackets";
  }
  if (message.find("invalid utf-8") != std::string_view::npos) return "save the file as UTF-8";
  return {};
}

}  // namespace

std::string_view TomlValue::kind() const {
  static constexpr std::string_view kinds[] = {
      "a string",         "an integer", "a decimal number", "true or false",
      "a date or a time", "an array",   "a table"};
  return kinds[data.index()];
}

std::variant<TomlTable, Diagnostic> parse_toml(std::string_view text) {
  if (auto problem = guard_toml(text)) return *std::move(problem);
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    const std::string message = message_of(result.error());
    return Diagnostic{place_of(result.error().source()), message, help_for(message)};
  }
  return convert_table(result.table());
}

}  // namespace adyton::pipeline
