#include "modules/json/string_decoder.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace adyton::json;

namespace {

/// The token's characters, whatever their width.
std::vector<std::uint32_t> characters(const StringToken& token) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < token.length; ++i) {
    if (token.width <= Width::latin1) {
      out.push_back(static_cast<const std::uint8_t*>(token.characters)[i]);
    } else if (token.width == Width::ucs2) {
      out.push_back(static_cast<const std::uint16_t*>(token.characters)[i]);
    } else {
      out.push_back(static_cast<const std::uint32_t*>(token.characters)[i]);
    }
  }
  return out;
}

/// Reads "raw" with its quotes in a block of memory of just that size.
struct Reader {
  explicit Reader(const std::string& raw, std::size_t behind = 0)
      : text("\"" + raw + "\"" + std::string(behind, ' ')),
        memory(std::make_unique<char[]>(text.size() + 1)) {
    text.copy(memory.get(), text.size());
    memory[text.size()] = '\0';
  }

  const char* read(StringDecoder& decoder) {
    return decoder.read(memory.get() + 1, memory.get() + 1, token);
  }
  const char* end() const { return memory.get() + text.size(); }

  std::string text;
  std::unique_ptr<char[]> memory;
  StringToken token;
};

void check_like_decode(const std::string& raw) {
  for (const std::size_t behind : {0, 200}) {
    Reader reader(raw, behind);
    StringDecoder decoder(reader.end(), ControlCharacters::reject);
    const char* const close = reader.read(decoder);
    REQUIRE(close == reader.memory.get() + 1 + raw.size());
    const auto expected = measure(raw).value();
    std::vector<std::uint32_t> wanted(expected.length);
    decode(expected, wanted.data());
    CHECK(characters(reader.token) == wanted);
    CHECK(reader.token.width == expected.width);
    CHECK(reader.token.escaped == expected.escaped);
    CHECK(reader.token.raw == raw);
  }
}

ParseFault fault(const std::string& raw, std::size_t behind) {
  Reader reader(raw, behind);
  StringDecoder decoder(reader.end(), ControlCharacters::reject);
  REQUIRE(reader.read(decoder) == nullptr);
  return decoder.fault().fault;
}

}  // namespace

TEST_CASE("a string of any mixture and length has the characters that decode gives") {
  const std::vector<std::string> pieces = {"a",
                                           "plain text of some length ",
                                           "\\n",
                                           "\\\"",
                                           "\\u00e9",
                                           "\\u20ac",
                                           "\\ud83d\\ude00",
                                           "\\ud83d",
                                           "\xC3\xA9",
                                           "\xD0\xB6",
                                           "\xE5\x90\x8D",
                                           "\xF0\x9F\x98\x80",
                                           "\xED\xA0\x80",
                                           "\x7F"};
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    std::string raw;
    const std::size_t kinds = 1 + random() % 3;
    std::size_t chosen[3];
    for (std::size_t& one : chosen) one = random() % pieces.size();
    for (std::size_t n = random() % 90; n > 0; --n) raw += pieces[chosen[random() % kinds]];
    check_like_decode(raw);
  }
}

TEST_CASE("a string longer than the decoder's own memory is read, wherever it widens") {
  for (const std::size_t size : {1000, 2015, 2047, 2048, 3983, 3984, 4095, 4096, 4097, 20000}) {
    for (const char* wide : {"\xC3\xA9", "\xE5\x90\x8D", "\xF0\x9F\x98\x80", "\\ud83d\\ude00"}) {
      check_like_decode(std::string(size, 'a') + wide + std::string(size, 'b'));
      check_like_decode(std::string(size, 'a') + "\xE5\x90\x8D" + std::string(size, 'b') + wide);
    }
  }
}

TEST_CASE("one decoder reads string after string") {
  Reader first("\xE5\x90\x8D\\n");
  Reader second("a\\t");
  StringDecoder decoder(first.end(), ControlCharacters::reject);
  REQUIRE(first.read(decoder) != nullptr);
  CHECK(first.token.width == Width::ucs2);
  StringDecoder other(second.end(), ControlCharacters::reject);
  REQUIRE(second.read(other) != nullptr);
  CHECK(characters(second.token) == std::vector<std::uint32_t>{'a', '\t'});
  REQUIRE(first.read(decoder) != nullptr);
  CHECK(characters(first.token) == std::vector<std::uint32_t>{0x540D, '\n'});
}

TEST_CASE("malformed UTF-8 is a fault at every place of a run") {
  const std::string two = "\xD0\xB6";
  const std::string three = "\xE5\x90\x8D";
  const std::string four = "\xF0\x9F\x98\x80";
  for (const std::string bad :
       {"\xC0\x80", "\xC1\xBF", "\x80", "\xE0\x9F\xBF", "\xE5\x90", "\xD0", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      std::string twos;
      std::string threes;
      std::string fours;
      std::string mixed;
      for (std::size_t i = 0; i < before; ++i) {
        twos += two;
        threes += three;
        fours += four;
        mixed += i % 3 == 0 ? "a" : two;
      }
      for (const std::size_t behind : {0, 200}) {
        CHECK(fault(twos + bad + "a", behind) == ParseFault::invalid_utf8);
        CHECK(fault(threes + bad + two, behind) == ParseFault::invalid_utf8);
        CHECK(fault("a\\n" + bad + threes, behind) == ParseFault::invalid_utf8);
        CHECK(fault(mixed + bad + fours, behind) == ParseFault::invalid_utf8);
        CHECK(fault(fours + bad + "a", behind) == ParseFault::invalid_utf8);
        CHECK(fault(twos + "a" + mixed + bad, behind) == ParseFault::invalid_utf8);
      }
    }
  }
}

TEST_CASE("control characters are refused or kept, as asked") {
  CHECK(fault("\xD0\xB6\x01", 200) == ParseFault::control_character);
  Reader reader("\xD0\xB6\x01", 200);
  StringDecoder decoder(reader.end(), ControlCharacters::accept);
  REQUIRE(reader.read(decoder) != nullptr);
  CHECK(characters(reader.token) == std::vector<std::uint32_t>{0x436, 1});
}

TEST_CASE("halves of a surrogate pair that are none stay what they are") {
  const std::string pair = "\\ud83d\\ude00";
  for (const char* odd : {"\\ude00\\ud83d", "\\ud83d\\ud83d", "\\ud83dx", "\\ud83d\\n",
                          "\\uDBFF\\uDFFF", "\\ude00", "\\ud83d\\u0041", "\\ud83d"}) {
    for (const std::string& raw :
         {pair + odd, pair + pair + odd + pair, "\\u20ac" + pair + odd + "z"}) {
      check_like_decode(raw);
    }
  }
  for (const std::size_t behind : {0, 200}) {
    CHECK(fault(pair + "\\ud83d\\ude0g", behind) == ParseFault::invalid_unicode_escape);
    CHECK(fault(pair + "\\ud83g\\ude00", behind) == ParseFault::invalid_unicode_escape);
  }
}
