#include "modules/json/decode.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton::json;
using adyton::cat;

namespace {

/// The characters of a string as it stands between quotes.
std::u32string characters(std::string_view raw) {
  const auto token = measure(raw);
  if (!token) return U"invalid";
  std::vector<std::uint32_t> out(token->length);
  decode(*token, out.data());
  return {out.begin(), out.end()};
}

Width width(std::string_view raw) {
  return measure(raw).value().width;
}

}  // namespace

TEST_CASE("escapes become their characters") {
  CHECK(characters(R"(a\"\\\/\b\f\n\r\tz)") == U"a\"\\/\b\f\n\r\tz");
  CHECK(characters(R"(\u0041\u00e9\u20AC)") == U"A\u00E9\u20AC");
  CHECK(measure("plain")->escaped == false);
  CHECK(measure(R"(\n)")->escaped == true);
}

TEST_CASE("two escaped halves of a surrogate pair are one character, a lone half stays") {
  CHECK(characters(R"(\ud83d\ude00)") == U"\U0001F600");
  CHECK(characters(R"(\ud83dx)") == std::u32string{0xD83D, 'x'});
  CHECK(characters(R"(\ud83d\u0041)") == std::u32string{0xD83D, 'A'});
  CHECK(characters(R"(\ud83d\ud83d\ude00)") == std::u32string{0xD83D, 0x1F600});
  CHECK(characters(R"(\ude00\ud83d)") == std::u32string{0xDE00, 0xD83D});
  CHECK(characters("\\ud83d\xED\xB8\x80") == std::u32string{0xD83D, 0xDE00});
}

TEST_CASE("the width is that of the widest character, escaped or not") {
  CHECK(width("abc\\u007f") == Width::ascii);
  CHECK(width("\\u0080") == Width::latin1);
  CHECK(width("caf\xC3\xA9") == Width::latin1);
  CHECK(width("\xC3\xBF") == Width::latin1);
  CHECK(width("\xC4\x80") == Width::ucs2);
  CHECK(width("\\uffff") == Width::ucs2);
  CHECK(width("\xF0\x90\x80\x80") == Width::ucs4);
  CHECK(width("\\ud800\\udc00") == Width::ucs4);
}

TEST_CASE("every character survives in UTF-8 at every offset of a word") {
  struct Sample {
    char32_t character;
    const char* utf8;
  };
  for (const auto& [c, utf8] :
       {Sample{U'a', "a"}, Sample{U'\u0080', "\xC2\x80"}, Sample{U'\u07FF', "\xDF\xBF"},
        Sample{U'\u0800', "\xE0\xA0\x80"}, Sample{U'\uFFFD', "\xEF\xBF\xBD"},
        Sample{U'\U00010000', "\xF0\x90\x80\x80"}, Sample{U'\U0010FFFF', "\xF4\x8F\xBF\xBF"}}) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string raw = cat(std::string(before, 'x'), utf8, "yy");
      CHECK(characters(raw) == std::u32string(before, U'x') + c + U"yy");
    }
  }
}

TEST_CASE("UTF-8 that is malformed has no measure, surrogates apart") {
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80",
                          "\xE2\x82", "\xE2(\xA1", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFE", "\xFF"}) {
    CHECK_FALSE(measure(bad));
    CHECK_FALSE(measure(cat("0123456789", bad)));
    CHECK_FALSE(measure(cat(bad, "0123456789")));
  }
  CHECK(characters("\xED\xA0\x80\xED\xBF\xBF") == std::u32string{0xD800, 0xDFFF});
}

TEST_CASE("a token's UTF-8 is that of its characters") {
  CHECK(to_utf8(*measure("as it is \xC3\xA9")) == "as it is \xC3\xA9");
  CHECK(to_utf8(*measure(R"(\t\u00e9\u20ac\ud83d\ude00)")) ==
        "\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST_CASE("characters fit the units their width promises") {
  std::uint8_t bytes[3];
  decode(*measure("a\xC3\xA9\\u00ff"), bytes);
  CHECK(bytes[0] == 'a');
  CHECK(bytes[1] == 0xE9);
  CHECK(bytes[2] == 0xFF);
  std::uint16_t units[2];
  decode(*measure("\xE2\x82\xAC\\ud800"), units);
  CHECK(units[0] == 0x20AC);
  CHECK(units[1] == 0xD800);
}
