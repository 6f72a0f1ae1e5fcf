#include "tests/unit/pipeline/toml_step.h"

using namespace adyton::pipeline;
using adyton::cat;
using test::run_toml;
using test::step_problems;
using List = std::vector<std::string>;

namespace {

test::StepResult renamed(std::string_view options, std::string_view lines) {
  return run_toml(cat("use = \"rename\"\n", options), lines);
}

}  // namespace

TEST_CASE("rename changes the key where it stands, and no other byte") {
  CHECK(renamed("field = '/a'\nto = 'b'", "{ \"x\" : 1 ,\t\"a\" :\t{ \"a\": 2 } , \"y\":3 }\r\n")
            .text == "{ \"x\" : 1 ,\t\"b\" :\t{ \"a\": 2 } , \"y\":3 }\r\n");
  CHECK(renamed("field = '/u/mail'\nto = 'e\"mail\\'", R"({"mail":1,"u":{"mail":[ ]}})").text ==
        R"({"mail":1,"u":{"e\"mail\\":[ ]}})");
  CHECK(renamed("field = '/a'\nto = ''", R"({"\u0061":1})").text == R"({"":1})");
  CHECK(renamed("field = '/l/*/a'\nto = 'b'", R"({"l":[{"a":1,"c":2}, {"c":3,"a":4}]})").text ==
        R"({"l":[{"b":1,"c":2}, {"c":3,"b":4}]})");
}

TEST_CASE("rename makes a dead letter of a record without the member, or lets it go on") {
  const std::string_view lines = "{\"a\":1}\n{}\n\n5\n";
  const auto error = renamed("field = '/a'\nto = 'b'", lines);
  CHECK(error.text == "{\"b\":1}\n\n");
  CHECK(error.dead == List{"1 missing field /a", "3 missing field /a"});
  const auto skip = renamed("field = '/a'\nto = 'b'\nmissing = 'skip'", lines);
  CHECK(skip.text == "{\"b\":1}\n{}\n\n5\n");
  CHECK(skip.dead.empty());
}

TEST_CASE("rename does not put a key over another one unless it is told to") {
  const std::string_view lines =
      "{\"a\":1, \"b\":2}\n{\"b\":2, \"a\":1}\n{ \"b\" : 2 , \"x\":0, \"a\":1 }\n"
      "{\"a\":1,\"x\":0, \"b\" : 2 }\n{\"x\":0, \"b\":2, \"y\":0, \"a\":1}\n";
  const auto error = renamed("field = '/a'\nto = 'b'", lines);
  CHECK(error.text.empty());
  CHECK(error.dead.size() == 5);
  CHECK(error.dead.front() == "0 existing field /a");
  CHECK(renamed("field = '/a'\nto = 'b'\nexisting = 'replace'", lines).text ==
        "{\"b\":1}\n{\"b\":1}\n{ \"x\":0, \"b\":1 }\n{\"b\":1,\"x\":0 }\n"
        "{\"x\":0, \"y\":0, \"b\":1}\n");
  CHECK(renamed("field = '/l/*/a'\nto = 'b'\nexisting = 'replace'",
                "{\"l\":[{\"a\":1,\"b\":2},{\"b\":3},{\"b\":4,\"a\":5}]}")
            .dead == List{"0 missing field /l/*/a"});
  CHECK(renamed("field = '/l/*/a'\nto = 'b'\nexisting = 'replace'\nmissing = 'skip'",
                "{\"l\":[{\"a\":1,\"b\":2},{\"b\":3},{\"b\":4,\"a\":5}]}")
            .text == "{\"l\":[{\"b\":1},{\"b\":3},{\"b\":5}]}");
}

TEST_CASE("rename refuses what has no one key") {
  const auto result = renamed("field = '/a/0'\nto = 'b'\nmissing = 'skip'",
                              "{\"a\":[1]}\n{\"a\":{\"0\":1,\"\\u0030\":2}}\n{\"a\":{\"0\":1}}\n"
                              "{\"a\":{\"0\":1,\"b\":1,\"b\":2}}\n");
  CHECK(result.text == "{\"a\":{\"b\":1}}\n");
  CHECK(result.dead == List{"0 wrong type /a/0", "1 repeated key /a/0", "3 repeated key /a/0"});
}

TEST_CASE("rename takes a key for its new name") {
  CHECK(step_problems("use = \"rename\"\nfield = \"/u/a\"\nto = \"/u/b\"") ==
        List{"6: to is a key of the same object, not a pointer"});
  CHECK(step_problems("use = \"rename\"\nfield = \"/u/a~1b\"\nto = \"a/b\"") ==
        List{"6: the field is called that already"});
  CHECK(step_problems("use = \"rename\"\nfield = \"/u/*\"\nto = \"b\"") ==
        List{"9: field names one member, so it cannot end in *"});
  CHECK(step_problems("use = \"rename\"\nfield = \"/u\"") ==
        List{"1: rename needs the option \"to\""});
}
