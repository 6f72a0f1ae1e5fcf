#include "modules/json/scan.h"

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "tests/unit/json/support.h"

using namespace adyton;
using namespace adyton::json;

namespace {

bool valid(std::string_view text) {
  return !validated(text);
}

}  // namespace

TEST_CASE("values of every kind are JSON") {
  for (const char* text :
       {"0", "-0", "1.5e+3", "1E400", "\"\"", "\"a\\u00e9\\n\\/\"", "true", "false", "null", "[]",
        "{}", " [ 1 , [ ] , { } ] ", "{\"a\":{\"b\":[1,2]},\"a\":2}", "\t\r\n1\n"}) {
    CAPTURE(text);
    CHECK(valid(text));
  }
}

TEST_CASE("what is not JSON is refused where it stops being JSON") {
  struct Case {
    const char* text;
    std::size_t offset;
  };
  for (const Case& c :
       {Case{"", 0},    {" ", 1},           {"01", 1},       {"-", 1},          {"1.", 2},
        {"1e", 2},      {"+1", 0},          {".5", 0},       {"[1,]", 3},       {"[1 2]", 3},
        {"{\"a\"}", 4}, {"{\"a\":}", 5},    {"{a:1}", 1},    {"{\"a\":1,}", 7}, {"\"a", 2},
        {"\"\\x\"", 1}, {"\"\\u12g4\"", 1}, {"\"a\nb\"", 2}, {"tru", 0},        {"nul", 0},
        {"NaN", 0},     {"[", 1},           {"{", 1},        {"]", 0},          {"1 1", 2},
        {"[1}", 2},     {"{\"a\":1]", 6},   {"'a'", 0},      {"\"\\", 1},       {"\"\\u1", 1}}) {
    CAPTURE(c.text);
    const Fault fault = validated(c.text);
    REQUIRE(fault);
    CHECK(fault.offset == c.offset);
  }
}

TEST_CASE("only the sixteen hexadecimal digits are taken for them") {
  for (int byte = 0x20; byte < 0x100; ++byte) {
    const bool hex = std::string_view("0123456789abcdefABCDEF").find(static_cast<char>(byte)) !=
                     std::string_view::npos;
    CAPTURE(byte);
    CHECK(valid(cat("\"\\u00e", static_cast<char>(byte), '"')) == hex);
  }
}

TEST_CASE("no text cut short is taken for whole, whatever lies behind it") {
  const std::string whole =
      R"({"key":[1.25e-7,true,null,"text \u00e9 \"quoted\" and long enough for two vectors"],"b":{}})";
  REQUIRE(valid(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(valid(std::string_view(whole).substr(0, size)));
  }
}

TEST_CASE("a string of any length ends at its quote, wherever a special byte stands") {
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string inside(size, 'x');
    CHECK(valid(cat('"', inside, '"')));
    CHECK(valid(cat('"', inside, "\\\"", inside, '"')));
    CHECK_FALSE(valid(cat('"', inside, '\x1f', inside, '"')));
    CHECK_FALSE(valid(cat('"', inside, '\0', inside, '"')));
    CHECK(valid(cat('"', inside, "\x7f\xc3\xa9", inside, '"')));
  }
}

TEST_CASE("deep nesting is a fault, not an overflow") {
  const auto nested = [](std::size_t depth) {
    return cat(std::string(depth, '['), std::string(depth, ']'));
  };
  CHECK(valid(nested(max_depth)));
  CHECK_FALSE(valid(nested(max_depth + 1)));
  CHECK_FALSE(valid(nested(1000000)));
  CHECK_FALSE(valid(std::string(1000000, '[')));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  CHECK_FALSE(valid(objects));
}

TEST_CASE("unescaping gives the characters, and tells of lone surrogates") {
  std::string out;
  CHECK(unescape(R"(a\"\\\/\b\f\n\r\t\u00e9\u20ac\ud834\udd1e)", out));
  CHECK(out == "a\"\\/\b\f\n\r\té€𝄞");
  for (const char* lone : {"\\ud834", "\\ud834x", "\\udd1e", "\\ud834\\u0041", "\\ud834\\n"}) {
    CAPTURE(lone);
    out.clear();
    CHECK_FALSE(unescape(lone, out));
  }
}

TEST_CASE("quoting escapes what it must and nothing else") {
  std::string out;
  append_quoted("a\"b\\c\n\r\t\x01/é", out);
  CHECK(out == "\"a\\\"b\\\\c\\n\\r\\t\\u0001/é\"");
  CHECK(valid(out));
}

TEST_CASE("a value is skipped to its end and not further") {
  const Padded text(R"([1, {"a": [true]} , "x"] tail)");
  std::size_t cursor = 4;
  CHECK_FALSE(skip_value(text.view(), cursor, 1));
  CHECK(text.view().substr(cursor).starts_with(" , \"x\""));
  bool escaped = false;
  cursor = text.view().find("\"x\"");
  CHECK_FALSE(skip_string(text.view(), cursor, escaped));
  CHECK_FALSE(escaped);
  CHECK(text.view()[cursor] == ']');
}

TEST_CASE("a number ends with the text, whatever digits lie behind it") {
  for (const char* number : {"1", "-20", "3.25", "4e5", "123456789012345", "1234567890123456"}) {
    CAPTURE(number);
    const Padded text(number);
    std::size_t cursor = 0;
    CHECK_FALSE(skip_value(text.view(), cursor, 0));
    CHECK(cursor == text.view().size());
  }
}

TEST_CASE("white space of any kind and length is passed, and nothing else is") {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string space;
    for (std::size_t i = 0; i < size; ++i) space += " \n\r\t"[(i * i + size) % 4];
    for (const std::string& text :
         {space + "1" + space, "[" + space + "1" + space + "," + space + "2" + space + "]",
          "{" + space + "\"k\"" + space + ":" + space + "{" + space + "}" + space + "}" + space}) {
      CHECK_FALSE(validated(text));
    }
    CHECK(validated(space));
    for (std::size_t i = 0; i < size; ++i) {
      for (const char other : {'\0', '\x01', '\x0b', '\x1f', '\x7f', '\xa0', '\x85'}) {
        std::string broken = space;
        broken[i] = other;
        const Fault fault = validated("[" + broken + "1]");
        REQUIRE(fault);
        CHECK(fault.offset == i + 1);
        CHECK(validated("1" + broken).offset == i + 1);
      }
    }
  }
}
