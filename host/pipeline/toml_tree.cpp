#include "host/pipeline/toml_tree.h"

#include <algorithm>
#include <array>
#include <optional>

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

/// What toml++ says, told by a part of it, in the words of somebody who does not know TOML.
struct Saying {
  std::string_view part;
  std::string_view message;  // empty: as toml++ says it
  std::string_view help;
};

constexpr std::string_view key_and_value =
    "a key and its value stand in one line: name = \"value\"";

constexpr std::array sayings = {
    Saying{"could not determine value type", "", "text stands in quotes: name = \"value\""},
    Saying{"unescaped control characters", "the quotes are not closed in this line",
           "end the text with the quote it began with"},
    Saying{"encountered end-of-file", "", "something that began is not ended"},
    Saying{"as array-of-tables", "", "every step begins with [[step]], in double brackets"},
    Saying{"cannot redefine existing array 'step'", "",
           "every step begins with [[step]], in double brackets"},
    Saying{"cannot redefine existing table", "",
           "write the table once, with all its keys under it"},
    Saying{"cannot redefine existing", "",
           "a key stands once in its table; where a second step begins, write [[step]] first"},
    Saying{"expected comma or closing ']'", "",
           "commas stand between the elements of an array, and it ends with ]"},
    Saying{"expected '='", "", key_and_value},
    Saying{"expected 'true'", "", "write true, in small letters"},
    Saying{"expected 'false'", "", "write false, in small letters"},
    Saying{"saw '%'", "", "a share stands in quotes: max_errors = \"1 %\""},
    Saying{"unknown escape sequence", "",
           "in \"…\" a backslash begins an escape; in '…' it is one character like others"},
    Saying{"expected '\\n' after '\\r'", "the lines end with a lone carriage return",
           "save the file with the line ends of Unix or of Windows"},
    Saying{"exceeded maximum nested value depth", "too many brackets within one another", ""},
    Saying{"invalid utf-8", "", "save the file as UTF-8"},
};

/// toml++ tells first what it was doing: "Error while parsing string: …".
std::string message_of(std::string_view text) {
  constexpr std::string_view prefix = "Error while parsing ";
  const std::size_t colon = text.find(": ");
  if (!text.starts_with(prefix) || colon == std::string_view::npos) {
    const bool capital = text.starts_with("Encountered");
    return cat("this is not TOML: ", capital ? "e" : "", text.substr(capital ? 1 : 0));
  }
  const std::string_view part = text.substr(prefix.size(), colon - prefix.size());
  const bool vowel = !part.empty() && std::string_view("aeiou").find(part[0]) != part.npos;
  return cat("this is not TOML: ", text.substr(colon + 2), " (in ", vowel ? "an " : "a ", part,
             ')');
}

Diagnostic diagnostic_of(const toml::parse_error& error) {
  const std::string_view text = error.description();
  Diagnostic problem{place_of(error.source()), message_of(text), {}};
  const auto saying = std::find_if(sayings.begin(), sayings.end(), [&](const Saying& each) {
    return text.find(each.part) != std::string_view::npos;
  });
  if (saying == sayings.end()) return problem;
  if (!saying->message.empty()) problem.message = cat("this is not TOML: ", saying->message);
  problem.help = saying->help;
  return problem;
}

/// What is no TOML at all: told before a parser complains about its first byte.
std::optional<Diagnostic> check_nature(std::string_view text) {
  const bool utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
  if (utf16) {
    return Diagnostic{{},
                      "the file is UTF-16, and a job is UTF-8",
                      "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 OLD > NEW"};
  }
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '{') {
    return Diagnostic{{},
                      "this looks like JSON, and a job is TOML",
                      "its tables begin as [job], and under it name = \"value\""};
  }
  if (text.find('\0') == std::string_view::npos) return std::nullopt;
  return Diagnostic{{},
                    "the file is no text: there are NUL bytes in it",
                    "a job is a text file, TOML in UTF-8; see docs/job.md for one to start from"};
}

}  // namespace

std::string_view TomlValue::kind() const {
  static constexpr std::string_view kinds[] = {
      "a string",         "an integer", "a decimal number", "true or false",
      "a date or a time", "an array",   "a table"};
  return kinds[data.index()];
}

std::variant<TomlTable, Diagnostic> parse_toml(std::string_view text) {
  if (auto problem = check_nature(text)) return *std::move(problem);
  if (auto problem = guard_toml(text)) return *std::move(problem);
  const toml::parse_result result = toml::parse(text);
  if (!result) return diagnostic_of(result.error());
  return convert_table(result.table());
}

}  // namespace adyton::pipeline
