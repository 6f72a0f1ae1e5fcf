#include "modules/json/locate.h"

#include <doctest/doctest.h>

#include "tests/unit/json/located.h"
#include "tests/unit/json/support.h"

using namespace adyton::json;

namespace {

/// "field:value" for each match, then "-field" for each gap, then "!field" for a repeated key.
std::vector<std::string> located_in(std::string_view text, const FieldSet& set, Select select) {
  const Padded padded(text);
  Locations found;
  const Fault fault = set.locate(padded.view(), found, select);
  REQUIRE_FALSE(fault);
  std::vector<std::string> out;
  const auto number = [](std::uint32_t field) {
    return field == no_offset ? std::string("?") : std::to_string(field);
  };
  for (const Match& match : found.matches) {
    out.push_back(number(match.field) + ":" +
                  std::string(text.substr(match.begin, match.end - match.begin)));
  }
  for (const Gap& gap : found.gaps) out.push_back("-" + number(gap.field));
  if (found.repeated != no_offset) out.push_back("!" + number(found.repeated));
  return out;
}

using List = std::vector<std::string>;

List located(const FieldSet& set, std::string_view text, Select select = Select::fields) {
  const List found = located_in(text, set, select);
  // A text is read in another way where it is long.
  CHECK(located_in(lengthened(text), set, select) == found);
  return found;
}

}  // namespace

TEST_CASE("fields are found wherever they lie, in the order of the text") {
  const FieldSet set = fields({"/a", "/b/c", "/b/d/1"});
  CHECK(located(set, R"({"b":{"d":[1,{"x":2},3],"c":"t"},"x":[{"a":9}],"a": null })") ==
        List{"2:{\"x\":2}", "1:\"t\"", "0:null"});
}

TEST_CASE("a star stands for every element and every member") {
  CHECK(located(fields({"/p/*"}), R"({"p":[1,"2",{"x":3}]})") ==
        List{"0:1", "0:\"2\"", "0:{\"x\":3}"});
  CHECK(located(fields({"/p/*/n"}), R"({"p":{"a":{"n":1},"b":{"n":2,"m":3}}})") ==
        List{"0:1", "0:2"});
  CHECK(located(fields({"/p/*"}), R"({"p":[]})") == List{});
  CHECK(located(fields({"/a/x", "/*/y"}), R"({"a":{"x":1,"y":2},"b":{"x":3,"y":4}})") ==
        List{"0:1", "1:2", "1:4"});
}

TEST_CASE("a key is compared after unescaping") {
  CHECK(located(fields({"/name"}), R"({"n\u0061me":"x"})") == List{"0:\"x\""});
  CHECK(located(fields({"/a\"b"}), R"({"a\"b":1})") == List{"0:1"});
  CHECK(located(fields({"/€"}), R"({"\u20ac":1})") == List{"0:1"});
}

TEST_CASE("a field that is not there is a gap, and so is one that lies in no container") {
  const FieldSet set = fields({"/a/b", "/c"});
  CHECK(located(set, R"({"a":{}})") == List{"-0", "-1"});
  CHECK(located(set, R"({"a":5,"c":1})") == List{"1:1", "-0"});
  CHECK(located(set, "[]") == List{"-0", "-1"});
  CHECK(located(set, "7") == List{"-0", "-1"});
  CHECK(located(fields({"/p/*"}), R"({"p":"x"})") == List{"-0"});
  CHECK(located(fields({"/p/*/n"}), R"({"p":[{"n":1},{}]})") == List{"0:1", "-0"});
}

TEST_CASE("a key repeated on a field's path is told, elsewhere it is not") {
  CHECK(located(fields({"/a"}), R"({"a":1,"a":2})") == List{"0:1", "0:2", "!0"});
  CHECK(located(fields({"/a"}), R"({"a":1,"\u0061":2})") == List{"0:1", "0:2", "!0"});
  CHECK(located(fields({"/a/b"}), R"({"a":{"b":1},"a":{}})") == List{"0:1", "-0", "!0"});
  CHECK(located(fields({"/p/*"}), R"({"p":{"x":1,"y":2,"x":3}})") ==
        List{"0:1", "0:2", "0:3", "!0"});
  CHECK(located(fields({"/a"}), R"({"a":1,"b":{"c":1,"c":2},"d":1,"d":2})") == List{"0:1"});
}

TEST_CASE("the rest is what lies neither in nor on the way to a field") {
  const FieldSet set = fields({"/a/b", "/c"});
  CHECK(located(set, R"({"a":{"b":1,"x":2},"c":{"d":3},"e":4})", Select::rest) ==
        List{"?:2", "?:4"});
  CHECK(located(set, R"({"a":5})", Select::rest) == List{"?:5"});
  CHECK(located(fields({"/p/*/n"}), R"({"p":[{"n":1,"m":2}]})", Select::rest) == List{"?:2"});
}

TEST_CASE("a match knows its member, its commas and its neighbours") {
  const Padded text(R"({ "a" : 1 , "b":{"c":2}, "d":3 })");
  Locations found;
  REQUIRE_FALSE(fields({"/a", "/b/c", "/d"}).locate(text.view(), found));
  REQUIRE(found.matches.size() == 3);
  const auto [a, c, d] = std::tuple(found.matches[0], found.matches[1], found.matches[2]);
  CHECK(a.member == 2);
  CHECK(a.comma == no_offset);
  CHECK(a.next == 12);
  CHECK(a.container == 0);
  CHECK(c.container == 16);
  CHECK(c.next == no_offset);
  CHECK(d.position == 2);
  CHECK(d.comma == 23);
  CHECK(d.next == no_offset);
}

TEST_CASE("the whole text is checked, also behind the last field") {
  Locations found;
  const FieldSet set = fields({"/a"});
  for (const char* text : {R"({"a":1,"b":})", R"({"a":1} x)", R"({"a":1,"b":[1,]})", R"({"a":01})",
                           R"({"a")", R"({"a":1,b:2})", ""}) {
    CAPTURE(text);
    CHECK(set.locate(Padded(text).view(), found));
    CHECK(set.locate(Padded(lengthened(text)).view(), found));
  }
}

TEST_CASE("what is JSON but not UTF-8 is a fault, at the byte that is to blame") {
  Locations found;
  const FieldSet set = fields({"/a"});
  for (const char* end : {"", "\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\x80"}) {
    for (const std::size_t size : {0, 30, 300, 20'000}) {
      const std::string before = R"({"a":1,"b":"é)" + std::string(size, 'x');
      const std::string text = before + end + "\"}";
      CAPTURE(text);
      for (int times = 0; times < 3; ++times) {
        const Fault fault = set.locate(Padded(text).view(), found);
        if (*end == '\0') {
          CHECK_FALSE(fault);
        } else {
          REQUIRE(fault);
          CHECK(std::string_view(fault.message) == "not UTF-8");
          CHECK(fault.offset == before.size());
        }
      }
    }
  }
  // One that is neither is no JSON.
  CHECK(set.locate(Padded("{\"a\":\"\xff\",}").view(), found).offset == 9);
}

TEST_CASE("every cut of a text with fields is a fault") {
  const std::string whole = R"({"a":{"b":"text"},"p":[{"n":1},{"n":2}],"z":null})";
  const FieldSet set = fields({"/a/b", "/p/*/n"});
  Locations found;
  REQUIRE_FALSE(set.locate(Padded(whole).view(), found));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(set.locate(Padded(whole.substr(0, size)).view(), found));
    CHECK(set.locate(Padded(lengthened(whole.substr(0, size))).view(), found));
  }
}

TEST_CASE("without fields the text is only checked") {
  CHECK(located(fields({}), R"({"a":1})") == List{});
  Locations found;
  CHECK(fields({}).locate(Padded("{").view(), found));
}
