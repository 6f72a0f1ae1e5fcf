#include "modules/json/shadow_text.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "modules/json/decode.h"

using adyton::json::ControlCharacters;
using adyton::json::ParseFault;
using adyton::json::ShadowStrings;
using adyton::json::StringRole;
using adyton::json::StringToken;
using adyton::json::Width;
using adyton::json::write_shadow;

namespace {

/// A text in units of Char, and its shadow with a NUL behind it.
template <class Char>
struct Text {
  explicit Text(std::u32string_view text) : shadow(text.size(), '#') {
    for (const char32_t c : text) units.push_back(static_cast<Char>(c));
    write_shadow(std::span<const Char>(units), shadow.data());
  }

  ShadowStrings strings(ControlCharacters control = ControlCharacters::reject) const {
    return ShadowStrings(units.data(), sizeof(Char), shadow, control);
  }

  std::vector<Char> units;
  std::string shadow;
};

/// The characters of a token.
std::u32string characters(const StringToken& token) {
  std::u32string out;
  for (std::size_t i = 0; i < token.length; ++i) {
    const void* const p = token.characters;
    if (p == nullptr) {
      out += static_cast<unsigned char>(token.raw[i]);
    } else if (token.width <= Width::latin1) {
      out += static_cast<const std::uint8_t*>(p)[i];
    } else if (token.width == Width::ucs2) {
      out += static_cast<const std::uint16_t*>(p)[i];
    } else {
      out += static_cast<const std::uint32_t*>(p)[i];
    }
  }
  return out;
}

template <class Char>
void check_strings(std::u32string_view inside, std::u32string_view expected, Width width) {
  for (std::size_t ahead : {0, 1, 40}) {
    const Text<Char> text(std::u32string(ahead, U' ') + U'"' + std::u32string(inside) + U"\" ]");
    for (const StringRole role : {StringRole::value, StringRole::name}) {
      ShadowStrings strings = text.strings();
      StringToken token;
      const char* const begin = text.shadow.data() + ahead + 1;
      const char* const close = strings.read(begin, begin, role, token);
      REQUIRE(close == begin + inside.size());
      CHECK(token.width == width);
      CHECK(characters(token) == expected);
    }
  }
}

}  // namespace

TEST_CASE("a shadow has a byte for each character, and none of UTF-8 beyond ASCII") {
  CHECK(Text<std::uint8_t>(U"a\u00E9\u007F").shadow == "a\xFF\x7F");
  CHECK(Text<std::uint16_t>(U"a\u00E9\u0141\uFFFF").shadow == "a\xFF\xFF\xFF");
  CHECK(Text<std::uint32_t>(U"\U0001F600\u0141z").shadow == "\xFF\xFFz");
}

TEST_CASE("a string has the characters of the text, in the smallest units that hold them") {
  check_strings<std::uint8_t>(U"Zo\u00EB", U"Zo\u00EB", Width::latin1);
  check_strings<std::uint16_t>(U"Zo\u00EB", U"Zo\u00EB", Width::latin1);
  check_strings<std::uint16_t>(U"R\u0131za", U"R\u0131za", Width::ucs2);
  check_strings<std::uint32_t>(U"Zo\u00EB", U"Zo\u00EB", Width::latin1);
  check_strings<std::uint32_t>(U"R\u0131za", U"R\u0131za", Width::ucs2);
  check_strings<std::uint32_t>(U"\U0001F600", U"\U0001F600", Width::ucs4);
}

TEST_CASE("escapes are read among characters of any kind") {
  check_strings<std::uint8_t>(U"\u00EB\\n\\u0141", U"\u00EB\n\u0141", Width::ucs2);
  check_strings<std::uint16_t>(U"\u0141\\\"\\ud83d\\ude00", U"\u0141\"\U0001F600", Width::ucs4);
  check_strings<std::uint32_t>(U"\U0001F600\\\\", U"\U0001F600\\", Width::ucs4);
}

TEST_CASE("a name is given in UTF-8, too") {
  const Text<std::uint16_t> text(U"\"\u540D\u524D\"");
  ShadowStrings strings = text.strings();
  StringToken token;
  const char* const begin = text.shadow.data() + 1;
  REQUIRE(strings.read(begin, begin, StringRole::name, token) != nullptr);
  CHECK(token.raw == "\u540D\u524D");
}

TEST_CASE("a fault is told as a place of the text") {
  struct Case {
    std::u32string_view text;
    ParseFault fault;
    std::ptrdiff_t where;
  };
  for (const Case& c : {Case{U"\"\u0141\u0141", ParseFault::unterminated_string, 0},
                        Case{U"\"\u0141\\", ParseFault::unterminated_string, 0},
                        Case{U"\"\u0141\\x\"", ParseFault::invalid_escape, 2},
                        Case{U"\"\u0141\u0141\n\"", ParseFault::control_character, 3}}) {
    const Text<std::uint16_t> text(c.text);
    for (const StringRole role : {StringRole::value, StringRole::name}) {
      ShadowStrings strings = text.strings();
      StringToken token;
      const char* const begin = text.shadow.data() + 1;
      REQUIRE(strings.read(begin, begin, role, token) == nullptr);
      CHECK(strings.fault().fault == c.fault);
      CHECK(strings.fault().where - text.shadow.data() == c.where);
    }
  }
}

TEST_CASE("control characters may be let in") {
  const Text<std::uint16_t> text(U"\"\u0141\n\"");
  ShadowStrings strings = text.strings(ControlCharacters::accept);
  StringToken token;
  const char* const begin = text.shadow.data() + 1;
  REQUIRE(strings.read(begin, begin, StringRole::value, token) != nullptr);
  CHECK(characters(token) == U"\u0141\n");
}
