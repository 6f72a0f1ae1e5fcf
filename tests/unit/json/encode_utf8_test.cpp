#include "modules/json/encode_utf8.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/text.h"

using adyton::cat;
using adyton::json::encode_utf8;
using adyton::json::utf8_capacity;

namespace {

template <class Char>
std::string encoded(std::u32string_view text) {
  std::vector<Char> units;
  for (const char32_t c : text) units.push_back(static_cast<Char>(c));
  std::string out(utf8_capacity<Char>(units.size()), '#');
  out.resize(
      static_cast<std::size_t>(encode_utf8(std::span<const Char>(units), out.data()) - out.data()));
  return out;
}

}  // namespace

TEST_CASE("every character has its bytes at every place of a text of every length") {
  struct Sample {
    char32_t character;
    const char* utf8;
  };
  for (const auto& [c, utf8] :
       {Sample{U'\u0080', "\xC2\x80"}, Sample{U'\u00FF', "\xC3\xBF"}, Sample{U'\u0100', "\xC4\x80"},
        Sample{U'\u07FF', "\xDF\xBF"}, Sample{U'\u0800', "\xE0\xA0\x80"},
        Sample{static_cast<char32_t>(0xD800), "\xED\xA0\x80"}, Sample{U'\uFFFF', "\xEF\xBF\xBF"},
        Sample{U'\U00010000', "\xF0\x90\x80\x80"}, Sample{U'\U0010FFFF', "\xF4\x8F\xBF\xBF"}}) {
    for (std::size_t size = 1; size < 40; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::u32string text(size, U'x');
        text[at] = c;
        const std::string expected =
            cat(std::string(at, 'x'), utf8, std::string(size - at - 1, 'x'));
        if (c < 0x100) REQUIRE(encoded<std::uint8_t>(text) == expected);
        if (c < 0x10000) REQUIRE(encoded<std::uint16_t>(text) == expected);
        REQUIRE(encoded<std::uint32_t>(text) == expected);
      }
    }
  }
}

TEST_CASE("the widest text fits the capacity") {
  for (std::size_t size : {0, 1, 15, 16, 17, 1000}) {
    CHECK(encoded<std::uint8_t>(std::u32string(size, U'\u00FF')).size() == size * 2);
    CHECK(encoded<std::uint16_t>(std::u32string(size, U'\uFFFF')).size() == size * 3);
    CHECK(encoded<std::uint32_t>(std::u32string(size, U'\U0010FFFF')).size() == size * 4);
  }
}
