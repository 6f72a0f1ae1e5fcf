#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace adyton::json {

/// Bytes that must be readable (not meaningful) behind every text given to the scanner: it looks at
/// whole vectors.
inline constexpr std::size_t scan_padding = 64;

/// Containers within containers, at most; deeper text is a fault, not a stack overflow.
inline constexpr unsigned max_depth = 1024;

/// Why a text is not JSON: the offset of the first byte that cannot stand there, and what was
/// expected (a string literal).
struct Fault {
  std::size_t offset = 0;
  const char* message = nullptr;

  explicit operator bool() const { return message != nullptr; }
};

/// Checks that `text` is exactly one JSON value (RFC 8259) with white space around it. UTF-8 is not
/// looked at: is_utf8() does that for many texts at once.
Fault validate(std::string_view text);

/// The value at `cursor` within `text`: `cursor` is moved behind it. `depth` containers are open
/// around it. On a fault the cursor is not moved.
Fault skip_value(std::string_view text, std::size_t& cursor, unsigned depth);

/// Moves `cursor` behind spaces, tabs, carriage returns and newlines.
void skip_space(std::string_view text, std::size_t& cursor);

/// `cursor` is at a quote: moves it behind the closing quote. `escaped` tells whether a backslash
/// was met.
Fault skip_string(std::string_view text, std::size_t& cursor, bool& escaped);

/// Appends the characters of a valid JSON string's inside (no quotes) as UTF-8. A lone surrogate
/// becomes its three-byte form, which is not UTF-8: the result says whether there was none.
bool unescape(std::string_view inside, std::string& out);

/// Appends `text` (UTF-8) as a JSON string with quotes, escaping only what RFC 8259 demands.
void append_quoted(std::string_view text, std::string& out);

}  // namespace adyton::json
