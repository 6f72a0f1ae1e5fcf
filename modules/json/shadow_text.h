#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "modules/json/parse_string.h"
#include "modules/json/string_decoder.h"

namespace adyton::json {

/// The shadow of a text whose characters are units of one, two or four bytes each: a byte for each
/// character, ASCII as it is and all others 0xFF, which is no byte of UTF-8. So the shadow is
/// parsed in place of the text, what stands in it stands at the same place of the text, and strings
/// are taken from there as they are. Dropped: to parse the text as UTF-8, which made every string
/// twice.
template <class Char>
void write_shadow(std::span<const Char> text, char* out);

extern template void write_shadow(std::span<const std::uint8_t>, char*);
extern template void write_shadow(std::span<const std::uint16_t>, char*);
extern template void write_shadow(std::span<const std::uint32_t>, char*);

/// Whether a string is a value or the name of a member: a name is always given in UTF-8, too, by
/// which names are told from each other.
enum class StringRole : std::uint8_t { value, name };

/// Reads the strings of a text, other than those of plain ASCII, for whoever parses its shadow.
/// What it gives is valid until it reads the next. Throws std::bad_alloc.
class ShadowStrings {
 public:
  /// `characters`: the text, of as many characters as the shadow has bytes. A NUL is readable
  /// behind the shadow.
  ShadowStrings(const void* characters, std::size_t unit, std::string_view shadow,
                ControlCharacters control_characters)
      : characters_(characters),
        unit_(unit),
        begin_(shadow.data()),
        end_(shadow.data() + shadow.size()),
        control_characters_(control_characters) {}

  /// The string whose first character is at `begin` of the shadow; up to `p` it is known to be
  /// plain ASCII. Gives where its closing quote is, with the characters in the token, or null with
  /// `fault` set.
  const char* read(const char* begin, const char* p, StringRole role, StringToken& token);

  const StringDecoder::Fault& fault() const { return fault_; }

 private:
  template <class Char>
  void take(const Char* p, std::size_t size, StringToken& token);
  template <class Char>
  char* put_utf8(std::size_t at, std::size_t size, char* out) const;
  const char* end_of_string(const char* p) const;
  const char* decode(const char* begin, const char* string_end, StringToken& token);

  const void* const characters_;
  const std::size_t unit_;
  const char* const begin_;
  const char* const end_;
  const ControlCharacters control_characters_;
  std::string narrow_;                    // a string in smaller units than the text's
  std::string utf8_;                      // a string, with both quotes
  std::optional<StringDecoder> decoder_;  // of that
  StringDecoder::Fault fault_{};
};

}  // namespace adyton::json
