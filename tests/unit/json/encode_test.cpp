#include "modules/json/encode.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton::json;
using adyton::cat;

namespace {

template <class Char>
std::vector<Char> units(std::u32string_view text) {
  std::vector<Char> out;
  for (const char32_t c : text) out.push_back(static_cast<Char>(c));
  return out;
}

template <class Char>
std::string ascii(std::u32string_view text) {
  StringBuffer out;
  put_string_ascii(out, std::span<const Char>(units<Char>(text)));
  return out.take();
}

template <class Char>
std::string utf8(std::u32string_view text, Surrogates surrogates = Surrogates::pass) {
  StringBuffer out;
  const auto characters = units<Char>(text);
  if (!put_string_utf8(out, std::span<const Char>(characters), surrogates)) return "rejected";
  return out.take();
}

}  // namespace

TEST_CASE("what must be escaped is escaped, in its short form if it has one") {
  const std::u32string_view text = U"\"\\/\b\f\n\r\t\x01\x1F ~\x7F";
  CHECK(ascii<std::uint8_t>(text) == R"("\"\\/\b\f\n\r\t\u0001\u001f ~\u007f")");
  CHECK(utf8<std::uint8_t>(text) == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f ~\x7F\"");
  CHECK(ascii<std::uint16_t>(text) == ascii<std::uint8_t>(text));
  CHECK(ascii<std::uint32_t>(text) == ascii<std::uint8_t>(text));
  CHECK(utf8<std::uint16_t>(text) == utf8<std::uint8_t>(text));
  CHECK(utf8<std::uint32_t>(text) == utf8<std::uint8_t>(text));
}

TEST_CASE("ASCII output escapes every other character, beyond U+FFFF as a pair") {
  CHECK(ascii<std::uint8_t>(U"\u0080\u00E9\u00FF") == R"("\u0080\u00e9\u00ff")");
  CHECK(ascii<std::uint16_t>(U"\u20AC\uFFFF") == R"("\u20ac\uffff")");
  CHECK(ascii<std::uint32_t>(U"\U00010000\U0001F600\U0010FFFF") ==
        R"("\ud800\udc00\ud83d\ude00\udbff\udfff")");
}

TEST_CASE("UTF-8 output has characters as they are") {
  CHECK(utf8<std::uint8_t>(U"\u0080\u00E9\u00FF") == "\"\xC2\x80\xC3\xA9\xC3\xBF\"");
  CHECK(utf8<std::uint16_t>(U"\u07FF\u0800\u20AC") == "\"\xDF\xBF\xE0\xA0\x80\xE2\x82\xAC\"");
  CHECK(utf8<std::uint32_t>(U"\U00010000\U0010FFFF") == "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"");
}

TEST_CASE("a lone surrogate passes or is rejected, as asked") {
  const std::u32string text{U'a', 0xD800, U'b'};
  CHECK(utf8<std::uint16_t>(text) ==
        "\"a\xED\xA0\x80"
        "b\"");
  CHECK(utf8<std::uint16_t>(text, Surrogates::reject) == "rejected");
  CHECK(utf8<std::uint32_t>(text, Surrogates::reject) == "rejected");
  CHECK(ascii<std::uint16_t>(text) == R"("a\ud800b")");
}

TEST_CASE("an escape is found at every place of a string of every length") {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string plain(size, 'x');
    CHECK(ascii<std::uint8_t>(std::u32string(size, U'x')) == cat('"', plain, '"'));
    for (std::size_t at = 0; at < size; ++at) {
      for (const char32_t c : {U'"', U'\\', U'\n', U'\x7F', U'\u00E9'}) {
        std::u32string text(size, U'x');
        text[at] = c;
        const std::string before = cat('"', plain.substr(0, at));
        const std::string after = cat(plain.substr(at + 1), '"');
        const std::string escape = c == U'"'      ? "\\\""
                                   : c == U'\\'   ? "\\\\"
                                   : c == U'\n'   ? "\\n"
                                   : c == U'\x7F' ? "\\u007f"
                                                  : "\\u00e9";
        REQUIRE(ascii<std::uint8_t>(text) == cat(before, escape, after));
        const std::string raw = c == U'\x7F' ? "\x7F" : c == U'\u00E9' ? "\xC3\xA9" : escape;
        REQUIRE(utf8<std::uint8_t>(text) == cat(before, raw, after));
      }
    }
  }
}

TEST_CASE("a string longer than a piece is whole") {
  const std::u32string text(10'000, U'\U0001F600');
  std::string expected = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) expected += R"(\ud83d\ude00)";
  CHECK(ascii<std::uint32_t>(text) == cat(expected, '"'));
}
