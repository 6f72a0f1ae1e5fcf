#include "host/cli/terminal_text.h"

#include <algorithm>

#include "host/base/text.h"

namespace adyton::cli {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// The controls of U+0080 to U+009F are C2 80 to C2 9F; some terminals obey them.
bool has_late_control(std::string_view text) {
  for (std::size_t at = text.find('\xc2'); at != std::string_view::npos && at + 1 < text.size();
       at = text.find('\xc2', at + 1)) {
    if (static_cast<unsigned char>(text[at + 1]) < 0xa0) return true;
  }
  return false;
}

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_control) && is_utf8(text) &&
         !has_late_control(text);
}

}  // namespace

std::string shown(std::string_view text) {
  return is_plain(text) ? std::string(text) : in_quotes(text, text.size() * 4 + 8);
}

std::string shown_record(std::string_view record) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = record.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  record = record.substr(begin, record.find_last_not_of(space) + 1 - begin);
  if (is_plain(record)) return std::string(record);
  // Between the tokens of a record there may be tabs and line breaks, which mean nothing.
  std::string one_line(record);
  for (char& c : one_line) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return shown(one_line);
}

}  // namespace adyton::cli
