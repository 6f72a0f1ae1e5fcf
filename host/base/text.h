#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace adyton {

namespace detail {
inline void append(std::string& out, std::string_view text) {
  out += text;
}
inline void append(std::string& out, char c) {
  out += c;
}
template <std::integral T>
void append(std::string& out, T number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
}  // namespace detail

/// The parts (text, characters, integers) one after the other: how messages are made.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::append(out, parts), ...);
  return out;
}

/// "1234567" → "1,234,567".
std::string with_commas(std::uint64_t number);

/// Bytes for people, binary units, one decimal below 10: "0 B", "1.5 KiB", "64 MiB".
std::string human_size(std::uint64_t bytes);

/// "64 MiB", "64MiB", "10 kB", "1000": the number of bytes. Units B, kB, MB, GB (powers of 1000)
/// and KiB, MiB, GiB (powers of 1024), in any case; none means bytes. nullopt if malformed or over
/// 2^63.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The candidate nearest to `word` by edit distance, if it is near enough to be a typing mistake.
std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> candidates);

/// The length of the well-formed UTF-8 sequence at the start of `text`, which is not empty; 0 if
/// there is none.
std::size_t utf8_sequence(std::string_view text);

/// How many of the text's bytes stand before the first that is not part of such a sequence.
std::size_t utf8_prefix(std::string_view text);

/// True if `text` is well-formed UTF-8 (no surrogates, nothing over U+10FFFF, no overlong form).
bool is_utf8(std::string_view text);

/// The text in double quotes with control characters, quotes and backslashes escaped and anything
/// that is not UTF-8 shown as \xNN: safe to print to a terminal. Cut to about `limit` bytes with
/// "…".
std::string in_quotes(std::string_view text, std::size_t limit = 80);

/// The bytes of a string, and a string of bytes: crypto speaks bytes, the rest speaks text.
using Bytes = std::span<const std::uint8_t>;
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace adyton
