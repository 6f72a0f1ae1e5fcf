#include "modules/json/canonical.h"

#include <bit>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "modules/json/number.h"

using namespace adyton::json;

namespace {

/// The canonical form, or "offset: message" of the fault.
std::string canonical(std::string_view text, Integers integers = Integers::doubles) {
  Canonicalizer canonicalizer(integers);
  std::string out = "before ";
  const Fault fault = canonicalizer.append(text, out);
  CHECK(out.starts_with("before "));
  if (!fault) return out.substr(7);
  CHECK(out == "before ");
  return std::to_string(fault.offset) + ": " + fault.message;
}

std::string ecmascript(double value) {
  char text[ecmascript_capacity];
  return std::string(text, write_ecmascript(value, text));
}

void append_utf8(char32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 63));
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
}

void append_utf16(char32_t c, std::u16string& out) {
  if (c < 0x10000) {
    out += static_cast<char16_t>(c);
  } else {
    out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
    out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
  }
}

}  // namespace

TEST_CASE("the example of RFC 8785 comes out as it does there") {
  CHECK(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })") == R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
          "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("members are sorted by UTF-16 code units, as in RFC 8785's example") {
  CHECK(canonical(R"({
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })") ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
        "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
        "\"\U0001F600\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("keys compare as their UTF-16 code units do") {
  const char32_t characters[] = {'a',    'b',    0x7F,   0x80,    0xD7FF,  0xE000,
                                 0xEFFF, 0xF000, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
  std::mt19937 random(8785);
  for (int i = 0; i < 20'000; ++i) {
    std::string a8, b8;
    std::u16string a16, b16;
    const auto fill = [&](std::string& u8, std::u16string& u16) {
      for (std::size_t n = random() % 4; n > 0; --n) {
        const char32_t c = characters[random() % std::size(characters)];
        append_utf8(c, u8);
        append_utf16(c, u16);
      }
    };
    fill(a8, a16);
    fill(b8, b16);
    CHECK(utf16_less(a8, b8) == (a16 < b16));
  }
}

TEST_CASE("numbers are written as RFC 8785's table of samples has them") {
  const std::vector<std::pair<std::uint64_t, std::string>> samples = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : samples) {
    CHECK(ecmascript(std::bit_cast<double>(bits)) == text);
    if (text != "0") CHECK(canonical(text) == text);
  }
}

TEST_CASE("a written number reads back as the same double, and is its own form") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!(value - value == 0)) continue;
    const std::string text = ecmascript(value) + '\0';
    const NumberToken token = scan_number(text.data(), text.data() + text.size() - 1);
    REQUIRE(token.end == text.data() + text.size() - 1);
    if (token.kind == NumberToken::Kind::real) CHECK(token.real == value);
    CHECK(canonical(std::string_view(text).substr(0, text.size() - 1)) ==
          text.substr(0, text.size() - 1));
  }
}

TEST_CASE("spellings of one value have one form") {
  CHECK(canonical(" { \"b\" : [ 1.0 , 10e-1, -0, -0.0, 100 ] , \"\\u0061\" : {} }\r\n") ==
        R"({"a":{},"b":[1,1,0,0,100]})");
  CHECK(canonical("[]") == "[]");
  CHECK(canonical(" \"\\u0041\\/\\u0007\\b\\f\\t\x7f\" ") == "\"A/\\u0007\\b\\f\\t\x7f\"");
  CHECK(canonical("\"\\ud834\\udd1e\"") == "\"\U0001D11E\"");
  CHECK(canonical(R"({"z":{"y":{"b":1,"a":2},"x":0},"":[{"b":1,"a":[]}]})") ==
        R"({"":[{"a":[],"b":1}],"z":{"x":0,"y":{"a":2,"b":1}}})");
}

TEST_CASE("what has no canonical form is refused with its place") {
  CHECK(canonical(R"({"a":1,"b":2,"\u0061":3})") == "13: the key is repeated");
  CHECK(canonical(R"([{"x":[{"k":1,"k":1}]}])") == "14: the key is repeated");
  CHECK(canonical("\"\\ud800\"") == "0: a surrogate without its other half is no character");
  CHECK(canonical("[1,\"\xed\xa0\x80\"]") ==
        "3: a surrogate without its other half is no character");
  CHECK(canonical(R"({"\udc00":1})") == "1: a surrogate without its other half is no character");
  // In a string with an escape, and in a key with one.
  CHECK(canonical("\"\\n\xed\xa0\x80\"") ==
        "0: a surrogate without its other half is no character");
  CHECK(canonical("{\"\\n\xed\xa0\x80\":1}") ==
        "1: a surrogate without its other half is no character");
  CHECK(canonical("[1e309]") == "1: the number is beyond the largest double");
  CHECK(canonical("[0, -" + std::string(400, '9') + "]") ==
        "4: the number is beyond the largest double");
  CHECK(canonical("1e-400") == "0");
  CHECK(canonical("[1,]") == "3: Illegal trailing comma before end of array");
  CHECK(canonical("") == "0: Expecting value");
  CHECK(canonical("NaN") == "0: NaN and Infinity are not allowed");
  CHECK(canonical("\"\xff\"") == "1: Invalid UTF-8");
}

TEST_CASE("an integer that no double holds is refused, or keeps its digits") {
  const std::string refusal = "0: a double does not hold the integer to its last digit";
  for (const char* lost : {"9007199254740993", "-9007199254740993", "9223372036854775807",
                           "18446744073709551615", "295147905179352825857"}) {
    CHECK(canonical(lost) == refusal);
    CHECK(canonical(lost, Integers::exact) == lost);
  }
  for (const char* kept : {"9007199254740991", "9007199254740992", "-9007199254740994",
                           "9007199254740994", "295147905179352830000"}) {
    CHECK(canonical(kept) == kept);
    CHECK(canonical(kept, Integers::exact) == kept);
  }
  CHECK(canonical("1000000000000000000000") == "1e+21");
  CHECK(canonical("-1200000000000000000000000") == "-1.2e+24");
  CHECK(canonical("-1200000000000000000000001") == refusal);
  CHECK(canonical("1000000000000000000001", Integers::exact) == "1000000000000000000001");
}

TEST_CASE("nesting is bounded, and one canonicalizer serves many texts") {
  Canonicalizer canonicalizer(Integers::doubles);
  for (const unsigned depth : {1u, 100u, max_depth}) {
    const std::string deep = std::string(depth, '[') + std::string(depth, ']');
    std::string out;
    CHECK_FALSE(canonicalizer.append(deep, out));
    CHECK(out == deep);
  }
  std::string out;
  CHECK(canonicalizer.append(std::string(max_depth + 1, '['), out));
  CHECK(canonicalizer.append("{\"a\":", out));
  CHECK(out.empty());
  CHECK_FALSE(canonicalizer.append("{\"b\":1,\"a\":2}", out));
  CHECK(out == "{\"a\":2,\"b\":1}");
}
