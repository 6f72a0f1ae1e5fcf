#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace adyton::json {

/// The most bytes of UTF-8 that `units` characters of a type make.
template <class Char>
constexpr std::size_t utf8_capacity(std::size_t units) {
  return units * (sizeof(Char) == 1 ? 2 : sizeof(Char) == 2 ? 3 : 4) + 16;
}

/// Writes characters as UTF-8 at `out`, which has room for utf8_capacity; returns the end. Char is
/// std::uint8_t (Latin-1), std::uint16_t or std::uint32_t, each unit one character; a surrogate
/// becomes three bytes like any other.
template <class Char>
char* encode_utf8(std::span<const Char> text, char* out);

extern template char* encode_utf8(std::span<const std::uint8_t>, char*);
extern template char* encode_utf8(std::span<const std::uint16_t>, char*);
extern template char* encode_utf8(std::span<const std::uint32_t>, char*);

}  // namespace adyton::json
