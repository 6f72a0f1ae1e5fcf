#include "host/cli/junit.h"

#include <algorithm>
#include <cstdio>

#include "host/base/text.h"

namespace adyton::cli {
namespace {

void append_hex(unsigned char byte, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

/// The text as XML 1.0 may hold it; what it may not is shown as \xNN.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(character.size());
    const auto byte = static_cast<unsigned char>(character[0]);
    const bool control = byte < 0x20 && byte != '\n' && byte != '\t';
    const bool no_character = character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
    if (size == 0 || control || no_character) {
      for (const char c : character) append_hex(static_cast<unsigned char>(c), out);
    } else if (byte == '&') {
      out += "&amp;";
    } else if (byte == '<') {
      out += "&lt;";
    } else if (byte == '>') {
      out += "&gt;";
    } else if (byte == '"') {
      out += "&quot;";
    } else if (byte == '\n') {
      out += "&#10;";  // in an attribute a plain one would be read as a space
    } else {
      out += character;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return cat(' ', name, "=\"", escaped(value), '"');
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

}  // namespace

std::string junit_xml(std::string_view suite, const std::vector<CaseOutcome>& outcomes) {
  double seconds = 0;
  std::size_t failures = 0;
  std::string cases;
  for (const CaseOutcome& outcome : outcomes) {
    seconds += outcome.seconds;
    cases += cat("  <testcase", attribute("classname", suite), attribute("name", outcome.name),
                 attribute("time", seconds_text(outcome.seconds)));
    if (outcome.failure.empty()) {
      cases += "/>\n";
      continue;
    }
    ++failures;
    const std::string_view first =
        std::string_view(outcome.failure).substr(0, outcome.failure.find('\n'));
    cases += cat(">\n    <failure", attribute("message", first), '>',
                 escaped(cat(outcome.place, '\n', outcome.failure)), "</failure>\n  </testcase>\n");
  }
  return cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", attribute("name", suite),
             attribute("tests", cat(outcomes.size())), attribute("failures", cat(failures)),
             attribute("errors", "0"), attribute("time", seconds_text(seconds)), ">\n", cases,
             "</testsuite>\n");
}

}  // namespace adyton::cli
