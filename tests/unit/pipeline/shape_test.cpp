#include "tests/unit/pipeline/steps.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::run_step;
using test::step_with;
using List = std::vector<std::string>;

namespace {

std::string dropped(std::initializer_list<const char*> fields, std::string_view lines) {
  return run_step(drop_step, step_with("drop", fields), lines).text;
}

std::string kept(std::initializer_list<const char*> fields, std::string_view lines) {
  return run_step(keep_step, step_with("keep", fields), lines).text;
}

test::StepResult set_step_on(const char* field, const char* value, std::string_view lines) {
  StepConfig step;
  step.use = "set";
  step.options["field"] = std::vector{*json::Pointer::parse(field)};
  step.options["value"] = std::string(value);
  return run_step(set_step, step, lines);
}

std::string set(const char* field, const char* value, std::string_view lines) {
  return set_step_on(field, value, lines).text;
}

}  // namespace

TEST_CASE("drop takes members out with the right comma, and leaves every other byte") {
  CHECK(dropped({"/a"}, R"({ "a" : 1 , "b" : 2 })") == R"({ "b" : 2 })");
  CHECK(dropped({"/b"}, R"({ "a" : 1 , "b" : 2 })") == R"({ "a" : 1  })");
  CHECK(dropped({"/b"}, R"({"a":1, "b":2, "c":3})") == R"({"a":1, "c":3})");
  CHECK(dropped({"/a", "/b", "/c"}, R"({"a":1, "b":2, "c":3})") == "{}");
  CHECK(dropped({"/a", "/b"}, R"({"a":1, "b":2, "c":3})") == R"({"c":3})");
  CHECK(dropped({"/b", "/c"}, R"({"a":1, "b":2, "c":3})") == R"({"a":1})");
  CHECK(dropped({"/a", "/c"}, R"({"a":1, "b":2, "c":3})") == R"({"b":2})");
  CHECK(dropped({"/u/x", "/a"}, R"({"u":{"x":1,"y":{}},"a":[1,{"x":2}]})") == R"({"u":{"y":{}}})");
  CHECK(dropped({"/p/0", "/p/2"}, "{\"p\":[1, 2, 3]}") == "{\"p\":[2]}");
  CHECK(dropped({"/p/*/n"}, R"({"p":[{"n":1},{"m":2,"n":3}]})") == R"({"p":[{},{"m":2}]})");
  CHECK(dropped({"/a"}, "{\"a\":1,\"a\":2,\"b\":3}\r\n\n[1]\n") == "{\"b\":3}\r\n\n[1]\n");
}

TEST_CASE("drop with missing = error makes a dead letter of a record without the field") {
  StepConfig step = step_with("drop", {"/a"});
  step.options["missing"] = std::string("error");
  const auto result = run_step(drop_step, step, "{\"a\":1}\n{}\n");
  CHECK(result.text == "{}\n");
  CHECK(result.dead == List{"1 missing field /a"});
}

TEST_CASE("keep leaves the fields and the containers on the way to them") {
  CHECK(kept({"/b"}, R"({"a":1, "b" : 2, "c":3})") == R"({"b" : 2})");
  CHECK(kept({"/u/x", "/c"}, R"({"a":1,"u":{"w":0,"x":1,"y":2},"c":3})") ==
        R"({"u":{"x":1},"c":3})");
  CHECK(kept({"/z"}, R"({"a":1,"b":[1,2]})") == "{}");
  CHECK(kept({"/u/x"}, R"({"u":5,"v":6})") == "{}");
  CHECK(kept({"/p/*/n"}, R"({"p":[{"n":1,"m":2},{"m":3}],"q":1})") == R"({"p":[{"n":1},{}]})");
  CHECK(kept({"/a"}, "[1,2]\n") == "[]\n");
  CHECK(kept({"/a"}, "5\n\n{\"a\":1}\n") == "\n{\"a\":1}\n");
}

TEST_CASE("set replaces a value, or puts the member at the end of its object") {
  CHECK(set("/a", "true", R"({"a" : 1, "b":2 })") == R"({"a" : true, "b":2 })");
  CHECK(set("/c", "[1]", R"({"a":1 })") == R"({"a":1,"c":[1] })");
  CHECK(set("/c", "1", "{}") == R"({"c":1})");
  CHECK(set("/c", "1", "{ }") == R"({"c":1 })");
  CHECK(set("/u/v/w", "1", R"({"u":{"x":2}})") == R"({"u":{"x":2,"v":{"w":1}}})");
  CHECK(set("/u/v/w", "1", "{\"a\":0}") == R"({"a":0,"u":{"v":{"w":1}}})");
  CHECK(set("/a~1\"b", "1", "{}") == R"({"a/\"b":1})");
  CHECK(set("/p/1", "0", "{\"p\":[1,2]}") == "{\"p\":[1,0]}");
}

TEST_CASE("set where no object can hold the field is a dead letter") {
  const auto result = set_step_on("/a/b", "1", "{\"a\":5}\n{\"a\":[]}\n7\n{\"a\":{}}\n");
  CHECK(result.text == "{\"a\":{\"b\":1}}\n");
  CHECK(result.dead == List{"0 wrong type /a/b", "1 wrong type /a/b", "2 wrong type /a/b"});
}
