#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace adyton::json {

/// The smallest code unit that holds every character of a string: below U+0080, U+0100, U+10000,
/// U+110000 (CPython's four kinds).
enum class Width : std::uint8_t { ascii, latin1, ucs2, ucs4 };

/// A string as it stands in a document: `raw` is what lies between its quotes, with well-formed
/// escapes and UTF-8. Valid as long as the document.
struct StringToken {
  std::string_view raw;
  std::size_t length = 0;  // in characters
  Width width = Width::ascii;
  bool escaped = false;  // raw holds a backslash

  // From the parser only. The `length` characters in the unit of `width`, valid until the next
  // token; null where `raw` is just that, plain ASCII.
  const void* characters = nullptr;
  bool roomy = false;  // 16 bytes behind `raw` can be read, too
};

/// Reads the escape at p, which is well formed, moving p behind it: its character. Two escapes that
/// form a surrogate pair are one; a surrogate without its other half is given as it is.
std::uint32_t read_escape(const char*& p, const char* end);

/// Length and width of the characters of `raw`, whose escapes are well formed; `escaped` of the
/// result says whether there are any. UTF-8 may hold surrogates (three bytes each), which are kept
/// as they are, as an escaped surrogate without its other half is; two escapes that form a
/// surrogate pair are one character. nullopt if the bytes are not UTF-8 otherwise.
std::optional<StringToken> measure(std::string_view raw);

/// Writes the token's characters: `out` has room for token.length of them, and Char for its width.
/// Char is std::uint8_t, std::uint16_t or std::uint32_t.
template <class Char>
void decode(const StringToken& token, Char* out);

extern template void decode(const StringToken&, std::uint8_t*);
extern template void decode(const StringToken&, std::uint16_t*);
extern template void decode(const StringToken&, std::uint32_t*);

/// The token's characters as UTF-8; a lone surrogate takes three bytes, as it came.
std::string to_utf8(const StringToken& token);

}  // namespace adyton::json
