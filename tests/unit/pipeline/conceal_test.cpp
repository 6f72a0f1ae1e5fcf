#include "tests/unit/pipeline/steps.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::run_step;
using test::step_with;
using List = std::vector<std::string>;

namespace {

test::StepResult redact(std::initializer_list<const char*> fields, std::string_view lines,
                        const char* missing = "error") {
  StepConfig step = step_with("redact", fields);
  step.options["missing"] = std::string(missing);
  step.options["with"] = std::string("null");
  return run_step(redact_step, step, lines);
}

std::string mask(std::int64_t first, std::int64_t last, std::string_view lines,
                 std::string_view with = "*") {
  StepConfig step = step_with("mask", {"/a"});
  step.options["first"] = first;
  step.options["last"] = last;
  step.options["with"] = std::string(with);
  return run_step(mask_step, step, lines).text;
}

}  // namespace

TEST_CASE("redact puts one value in the place of any other and leaves the rest as it was") {
  CHECK(redact({"/a", "/p/*"}, "{ \"a\" : {\"x\":1} ,\"p\":[1,\"2\",[]],\"b\":1.0 }\r\n").text ==
        "{ \"a\" : null ,\"p\":[null,null,null],\"b\":1.0 }\r\n");
}

TEST_CASE("a record that redact or mask cannot see through becomes a dead letter") {
  const char* lines = "{\"a\":1}\n{\"b\":1}\n{\"a\":1,\"\\u0061\":2}\n[]\n";
  const auto result = redact({"/a"}, lines);
  CHECK(result.text == "{\"a\":null}\n");
  CHECK(result.dead == List{"1 missing field /a", "2 repeated key /a", "3 missing field /a"});
  CHECK(redact({"/a"}, lines, "skip").text == "{\"a\":null}\n{\"b\":1}\n[]\n");
}

TEST_CASE("mask shows characters at the ends and hides each of the others") {
  CHECK(mask(0, 4, "{\"a\":\"4111111111111234\"}") == "{\"a\":\"************1234\"}");
  CHECK(mask(2, 1, "{\"a\":\"Jürgen\"}") == "{\"a\":\"Jü***n\"}");
  CHECK(mask(0, 0, "{\"a\":\"\\u00e9\\n𝄞\"}") == "{\"a\":\"***\"}");
  CHECK(mask(1, 0, "{\"a\":\"x\\u0000\\\"y\"}", "•") == "{\"a\":\"x•••\"}");
  CHECK(mask(0, 2, "{\"a\":\"x\\u0000\\\"\"}", "") == "{\"a\":\"\\u0000\\\"\"}");
}

TEST_CASE("a string no longer than what would be shown is masked whole") {
  CHECK(mask(0, 4, "{\"a\":\"1234\"}") == "{\"a\":\"****\"}");
  CHECK(mask(2, 2, "{\"a\":\"123\"}") == "{\"a\":\"***\"}");
  CHECK(mask(2, 2, "{\"a\":\"\"}") == "{\"a\":\"\"}");
}

TEST_CASE("only strings of characters can be masked") {
  StepConfig step = step_with("mask", {"/a"});
  step.options["first"] = std::int64_t{0};
  step.options["last"] = std::int64_t{4};
  step.options["with"] = std::string("*");
  const auto result =
      run_step(mask_step, step, "{\"a\":5}\n{\"a\":\"\\ud800\"}\n{\"a\":null}\n{\"a\":\"ok\"}\n");
  CHECK(result.text == "{\"a\":\"**\"}\n");
  CHECK(result.dead == List{"0 wrong type /a", "1 wrong type /a", "2 wrong type /a"});
}
