#include "tests/unit/pipeline/toml_step.h"

using namespace adyton::pipeline;
using test::run_toml;
using test::step_problems;
using List = std::vector<std::string>;

TEST_CASE("set with where changes the records that fulfil it, and no other byte") {
  const auto result = run_toml(
      "use = \"set\"\nfield = \"/a\"\nvalue = 0\nwhere = { field = \"/a\", op = \">\", value = 9 }",
      "{\"a\" : 10, \"b\":1}\n{ \"a\": 9 }\n\n{}\r\n7\n{\"a\":\"10\"}\n");
  CHECK(result.text == "{\"a\" : 0, \"b\":1}\n{ \"a\": 9 }\n\n{}\r\n7\n{\"a\":\"10\"}\n");
  CHECK(result.dead.empty());
}

TEST_CASE("set with where may put a field where there was none") {
  CHECK(run_toml("use = \"set\"\nfield = \"/u/kind\"\nvalue = \"old\"\n"
                 "where = { field = \"/u/kind\", op = \"exists\", not = true }",
                 "{\"u\":{ \"x\" : 1 } }\n{\"u\":{\"kind\":2}}\n")
            .text == "{\"u\":{ \"x\" : 1,\"kind\":\"old\" } }\n{\"u\":{\"kind\":2}}\n");
}

TEST_CASE("set with where has no answer where a key is repeated on the way") {
  const auto result = run_toml(
      "use = \"set\"\nfield = \"/b\"\nvalue = 0\nwhere = { field = \"/a\", op = \"==\", value = 1 "
      "}",
      "{\"a\":1,\"a\":1}\n{\"a\":1}\n");
  CHECK(result.text == "{\"a\":1,\"b\":0}\n");
  CHECK(result.dead == List{"0 repeated key /a"});
}

TEST_CASE("set takes every place that a field has where keys on the way to it are repeated") {
  const auto result =
      run_toml("use = \"set\"\nfield = \"/u/v/a\"\nvalue = 0",
               "{\"u\":{\"v\":{\"a\":1}},\"u\":{ },\"u\":{\"v\":{\"b\":2 }}}\n"
               "{\"u\":{\"v\":{}},\"u\":{\"v\":{\"a\":1},\"v\":{\"a\":2,\"a\":3}}}\n"
               "{\"u\":{\"v\":{\"a\":1}},\"u\":7}\n");
  CHECK(result.text ==
        "{\"u\":{\"v\":{\"a\":0}},\"u\":{\"v\":{\"a\":0} },\"u\":{\"v\":{\"b\":2,\"a\":0 }}}\n"
        "{\"u\":{\"v\":{\"a\":0}},\"u\":{\"v\":{\"a\":0},\"v\":{\"a\":0,\"a\":0}}}\n");
  CHECK(result.dead == List{"2 wrong type /u/v/a"});
}

TEST_CASE("set takes one value, and one way to say which records") {
  CHECK(step_problems("use = \"set\"\nfield = \"/a\"") ==
        List{"1: set needs the option \"value\" or \"expr\""});
  CHECK(step_problems("use = \"set\"\nfield = \"/a\"\nvalue = 1\nexpr = \"1\"") ==
        List{"8: value and expr exclude each other"});
  CHECK(step_problems("use = \"set\"\nfield = \"/a\"\nexpr = \"1\"\n"
                      "where = { field = '/a', op = 'exists' }") ==
        List{"8: where and expr exclude each other"});
}
