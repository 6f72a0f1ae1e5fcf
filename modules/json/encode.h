#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "modules/json/write.h"

namespace adyton::json {

/// What becomes of a surrogate without its other half in UTF-8.
enum class Surrogates : std::uint8_t { reject, pass };

/// Writes a string with its quotes, in ASCII: every other character, and DEL, as \uXXXX (beyond
/// U+FFFF as a pair of them). Char is std::uint8_t (Latin-1), std::uint16_t or std::uint32_t, each
/// unit one character.
template <class Char>
void put_string_ascii(Buffer& out, std::span<const Char> text);

/// Writes a string with its quotes, in UTF-8, escaping only what must be. Surrogates are characters
/// of three bytes if they pass; else false at the first, with a part of the string written.
template <class Char>
bool put_string_utf8(Buffer& out, std::span<const Char> text, Surrogates surrogates);

extern template void put_string_ascii(Buffer&, std::span<const std::uint8_t>);
extern template void put_string_ascii(Buffer&, std::span<const std::uint16_t>);
extern template void put_string_ascii(Buffer&, std::span<const std::uint32_t>);
extern template bool put_string_utf8(Buffer&, std::span<const std::uint8_t>, Surrogates);
extern template bool put_string_utf8(Buffer&, std::span<const std::uint16_t>, Surrogates);
extern template bool put_string_utf8(Buffer&, std::span<const std::uint32_t>, Surrogates);

}  // namespace adyton::json
