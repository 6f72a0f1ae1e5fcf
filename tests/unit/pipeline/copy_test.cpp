#include "tests/unit/pipeline/toml_step.h"

using namespace adyton::pipeline;
using adyton::cat;
using test::run_toml;
using test::step_problems;
using List = std::vector<std::string>;

namespace {

test::StepResult copied(std::string_view options, std::string_view lines) {
  return run_toml(cat("use = \"copy\"\n", options), lines);
}

}  // namespace

TEST_CASE("copy puts the value's bytes at the end of the other object, and changes no other byte") {
  CHECK(copied("from = '/a'\nto = '/b'", "{ \"a\" : [ 1.0, \"\\u0061\" ] , \"c\":2 }\r\n").text ==
        "{ \"a\" : [ 1.0, \"\\u0061\" ] , \"c\":2,\"b\":[ 1.0, \"\\u0061\" ] }\r\n");
  CHECK(copied("from = '/u/x'\nto = '/v/y'", R"({"v":{ },"u":{"x":1}})").text ==
        R"({"v":{"y":1 },"u":{"x":1}})");
  CHECK(copied("from = '/l/1'\nto = '/second'", R"({"l":[1,{"b":2}]})").text ==
        R"({"l":[1,{"b":2}],"second":{"b":2}})");
}

TEST_CASE("copy makes objects on the way only where it is told to") {
  const std::string_view lines = "{\"a\":1}\n{\"a\":2,\"p\":{}}\n{\"a\":3,\"p\":{\"q\":{}}}\n";
  const auto strict = copied("from = '/a'\nto = '/p/q/r'", lines);
  CHECK(strict.text == "{\"a\":3,\"p\":{\"q\":{\"r\":3}}}\n");
  CHECK(strict.dead == List{"0 missing field /p/q/r", "1 missing field /p/q/r"});
  CHECK(copied("from = '/a'\nto = '/p/q/r'\nparents = true", lines).text ==
        "{\"a\":1,\"p\":{\"q\":{\"r\":1}}}\n{\"a\":2,\"p\":{\"q\":{\"r\":2}}}\n"
        "{\"a\":3,\"p\":{\"q\":{\"r\":3}}}\n");
}

TEST_CASE("copy replaces only where it is told to") {
  const std::string_view lines = "{\"a\": 1, \"b\" : 2, \"c\":3}\n";
  CHECK(copied("from = '/a'\nto = '/b'", lines).dead == List{"0 existing field /b"});
  CHECK(copied("from = '/a'\nto = '/b'\nexisting = 'replace'", lines).text ==
        "{\"a\": 1, \"b\" : 1, \"c\":3}\n");
  CHECK(copied("from = '/a'\nto = '/l/1'\nexisting = 'replace'", "{\"l\":[1,2,3],\"a\":9}").text ==
        "{\"l\":[1,9,3],\"a\":9}");
}

TEST_CASE("copy without its value, or without a place for it") {
  const std::string_view lines = "{}\n{\"a\":1,\"p\":5}\n{\"a\":1,\"p\":[0]}\n5\n";
  const auto error = copied("from = '/a'\nto = '/p/q'\nparents = true", lines);
  CHECK(error.text.empty());
  CHECK(error.dead ==
        List{"0 missing field /a", "1 wrong type /p/q", "2 wrong type /p/q", "3 missing field /a"});
  CHECK(copied("from = '/a'\nto = '/p/q'\nmissing = 'skip'", lines).text == "{}\n5\n");
  CHECK(copied("from = '/a'\nto = '/b'", "{\"a\":1,\"a\":2}\n{\"a\":1,\"b\":1,\"b\":2}\n").dead ==
        List{"0 repeated key /a", "1 repeated key /b"});
}

TEST_CASE("copy takes two places that do not lie in one another") {
  CHECK(step_problems("use = \"copy\"\nfrom = \"/a\"\nto = \"/a\"") ==
        List{"6: to and from are the same field"});
  CHECK(step_problems("use = \"copy\"\nfrom = \"/a\"\nto = \"/a/b\"") ==
        List{"6: to \"/a/b\" and from \"/a\" lie in one another"});
  CHECK(step_problems("use = \"copy\"\nfrom = \"/a/*\"\nto = \"/b\"") ==
        List{"8: from names one field, so there can be no * in it"});
}
