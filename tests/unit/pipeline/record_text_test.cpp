#include "host/pipeline/record_text.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace adyton;
using namespace adyton::pipeline;

namespace {

std::string changed(std::string_view before, std::string_view after) {
  std::string text;
  for (const Change& change : changes(before, after)) {
    text += change.pointer + ": " + change.before + " > " + change.after + "\n";
  }
  return text;
}

bool nothing_is_encrypted(std::string_view) {
  return false;
}

std::string filled(std::string_view actual, std::string_view expected) {
  return with_placeholders(actual, expected, nothing_is_encrypted);
}

/// A random value in JSON with white space between its tokens.
std::string random_value(std::mt19937& random, int depth) {
  const auto space = [&] { return std::string(random() % 3 == 0 ? " \t\n" : ""); };
  if (depth == 0 || random() % 3 == 0) {
    static constexpr std::string_view scalars[] = {"1",    "-2.50", "\"a\\\"]}\"", "null",
                                                   "\"\"", "{}",    "[ ]"};
    return std::string(scalars[random() % std::size(scalars)]);
  }
  const bool object = random() % 2 == 0;
  std::string text(object ? "{" : "[");
  const unsigned count = random() % 4;
  for (unsigned i = 0; i < count; ++i) {
    text += space() + (i > 0 ? "," : "") + space();
    if (object) text += "\"k" + std::to_string(i) + "\"" + space() + ":" + space();
    text += random_value(random, depth - 1);
  }
  return text + space() + (object ? "}" : "]");
}

}  // namespace

TEST_CASE("changes are told by the pointer of the member that changed") {
  CHECK(changed(R"({"a":1,"b":{"c":[1,2]}})", R"({ "a" : 1,"b":{"c":[1,3]}})") ==
        "/b/c/1: 2 > 3\n");
  CHECK(changed(R"({"a":1})", R"({"b":1})") == "/a: 1 > \n/b:  > 1\n");
  CHECK(changed(R"([1,2,3])", R"([1])") == "/1: 2 > \n/2: 3 > \n");
  CHECK(changed(R"({"a/b~":1})", R"({"a/b~":[]})") == "/a~1b~0: 1 > []\n");
  CHECK(changed("1", "[]") == ": 1 > []\n");
  CHECK(changed(" {} ", "{}") == "");
}

TEST_CASE("changes tell members of one name apart") {
  CHECK(changed(R"({"a":1,"a":2})", R"({"a":1})") == "/a: 2 > \n");
  CHECK(changed(R"({"a":1})", R"({"a":1,"a":2})") == "/a:  > 2\n");
}

TEST_CASE("the changes of a value against itself are none, however it is written") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string value = random_value(random, 4);
    CHECK(changed(value, value) == "");
    const std::string form = canonical(value);
    CHECK(canonical(laid_out(form)) == form);
    CHECK(filled(form, form) == form);
  }
}

TEST_CASE("a record is laid out with a member a line") {
  CHECK(laid_out(R"({"a":[1,"x,{"],"b":{},"c":[],"d":"\"}"})") ==
        "{\n  \"a\": [\n    1,\n    \"x,{\"\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": "
        "\"\\\"}\"\n}");
  CHECK(laid_out("1") == "1");
}

TEST_CASE("what has no canonical form stays as it is") {
  CHECK(canonical(R"({"a":1,"a":2})") == R"({"a":1,"a":2})");
  CHECK(canonical(R"({ "b": 1.0, "a": 9007199254740993 })") == R"({"a":9007199254740993,"b":1})");
}

TEST_CASE("a placeholder stands for the value in its place, and only where there is one") {
  CHECK(filled(R"({"a":[1,2],"b":3})", R"({"a":"<any>","b":3})") == R"({"a":"<any>","b":3})");
  CHECK(filled(R"({"b":3})", R"({"a":"<any>","b":3})") == R"({"b":3})");
  CHECK(filled(R"([1,{"a":2}])", R"(["<any>",{"a":"<any>"}])") == R"(["<any>",{"a":"<any>"}])");
  CHECK(filled(R"({"a":"x"})", R"({"a":"<encrypted>"})") == R"({"a":"x"})");
  CHECK(with_placeholders(R"({"a":"x","b":"y"})", R"({"a":"<encrypted>","b":"<encrypted>"})",
                          [](std::string_view value) { return value == "\"x\""; }) ==
        R"({"a":"<encrypted>","b":"y"})");
}
