#include "tests/unit/pipeline/toml_step.h"

using namespace adyton::pipeline;
using adyton::cat;
using test::run_toml;
using test::step_problems;
using List = std::vector<std::string>;

namespace {

/// Of the values, each the member "a" of a record, those that fulfil the condition: `condition` is
/// the inside of where behind the field.
List fulfil(std::string_view condition, const List& values) {
  std::string lines;
  for (const std::string& value : values) lines += cat("{\"a\":", value, "}\n");
  const auto result =
      run_toml(cat("use = \"filter\"\nwhere = { field = \"/a\", ", condition, " }"), lines);
  CHECK(result.dead.empty());
  List kept;
  for (std::size_t at = 0; at < result.text.size();) {
    const std::size_t end = result.text.find('\n', at);
    kept.push_back(result.text.substr(at + 5, end - at - 6));
    at = end + 1;
  }
  return kept;
}

const List everything = {"null", "true", "false", "0", "1", "1.0", "\"\"", "\"1\"", "[1]", "{}"};

}  // namespace

TEST_CASE("values are equal if their types are and what they say is") {
  CHECK(fulfil("op = '==', value = 1", everything) == List{"1", "1.0"});
  CHECK(fulfil("op = '==', value = 1.0", everything) == List{"1", "1.0"});
  CHECK(fulfil("op = '==', value = '1'", everything) == List{"\"1\""});
  CHECK(fulfil("op = '==', value = true", everything) == List{"true"});
  CHECK(fulfil("op = '==', value = false", everything) == List{"false"});
  CHECK(fulfil("op = '==', value = ''", everything) == List{"\"\""});
  CHECK(fulfil("op = '!=', value = 1", everything) ==
        List{"null", "true", "false", "0", "\"\"", "\"1\"", "[1]", "{}"});
  CHECK(fulfil("op = 'in', value = [0, '1', true]", everything) == List{"true", "0", "\"1\""});
}

TEST_CASE("only a number is more or less than a number, and only a string than a string") {
  CHECK(fulfil("op = '<', value = 1", everything) == List{"0"});
  CHECK(fulfil("op = '<=', value = 1", everything) == List{"0", "1", "1.0"});
  CHECK(fulfil("op = '>', value = 0.5", everything) == List{"1", "1.0"});
  CHECK(fulfil("op = '>=', value = -1e9", everything) == List{"0", "1", "1.0"});
  CHECK(fulfil("op = '>=', value = ''", everything) == List{"\"\"", "\"1\""});
  CHECK(fulfil("op = '<', value = 'a'", everything) == List{"\"\"", "\"1\""});
}

TEST_CASE("a decimal number of the job is what its digits say, however large it is") {
  CHECK(fulfil("op = '==', value = -9.223372036854776e+18",
               {"-9223372036854775808", "-9223372036854776000", "-9.223372036854776E18"}) ==
        List{"-9223372036854776000", "-9.223372036854776E18"});
  CHECK(fulfil("op = '==', value = 9007199254740992.0", {"9007199254740992", "9007199254740993"}) ==
        List{"9007199254740992"});
}

TEST_CASE("numbers are compared by their exact value") {
  CHECK(fulfil("op = '==', value = 9007199254740993", {"9007199254740992", "9007199254740993",
                                                       "9007199254740993.0", "9007199254740994"}) ==
        List{"9007199254740993", "9007199254740993.0"});
  CHECK(fulfil("op = '>', value = 9223372036854775807",
               {"9223372036854775807", "9223372036854775808", "1e400", "-1e400"}) ==
        List{"9223372036854775808", "1e400"});
  CHECK(fulfil("op = '==', value = 0.1", {"0.1", "1e-1", "0.10000000000000001"}) ==
        List{"0.1", "1e-1"});
  CHECK(fulfil("op = '==', value = 0", {"-0", "0e5", "-0.0", "1e-999"}) ==
        List{"-0", "0e5", "-0.0"});
}

TEST_CASE("strings are compared by their code points, whatever their spelling") {
  CHECK(fulfil("op = '==', value = 'é/'", {R"("\u00e9\/")", "\"é/\"", "\"e/\""}) ==
        List{R"("\u00e9\/")", "\"é/\""});
  // In UTF-16 the second would come before the first.
  CHECK(fulfil("op = '>', value = '\uffee'", {R"("\uffed")", "\"😀\"", R"("\ud83d\ude00")"}) ==
        List{"\"😀\"", R"("\ud83d\ude00")"});
  CHECK(fulfil("op = '<', value = 'b'", {"\"a\"", "\"ab\"", "\"B\"", "\"b\"", "\"ba\""}) ==
        List{"\"a\"", "\"ab\"", "\"B\""});
}

TEST_CASE("an expression is looked for in strings only, anywhere unless it says otherwise") {
  CHECK(fulfil("op = 'matches', value = '[0-9]{2}'",
               {"\"a12\"", "12", "\"1\"", "\"\\u0031\\u0032\""}) ==
        List{"\"a12\"", "\"\\u0031\\u0032\""});
  CHECK(fulfil("op = 'matches', value = '^a.c$'", {"\"aéc\"", "\"xabc\"", "\"abcd\"", "null"}) ==
        List{"\"aéc\""});
  CHECK(fulfil("op = 'matches', value = '(?i)^\\pL+$'", {"\"Zoë\"", "\"z1\"", R"("\ud800")"}) ==
        List{"\"Zoë\""});
}

TEST_CASE("an expression that others need ages for takes linear time") {
  const std::string text = cat("{\"a\":\"", std::string(100'000, 'a'), "\"}\n");
  CHECK(
      run_toml("use = \"filter\"\nwhere = { field = \"/a\", op = \"matches\", value = '^(a+)+$b' }",
               text)
          .text.empty());
}

TEST_CASE("not turns the answer round, but not that of a missing field") {
  CHECK(fulfil("op = '==', value = 1, not = true", everything) ==
        fulfil("op = '!=', value = 1", everything));
  CHECK(fulfil("op = 'matches', value = '1', not = true", {"\"1\"", "\"2\"", "1"}) ==
        List{"\"2\"", "1"});
  CHECK(run_toml("use = \"filter\"\nwhere = { field = \"/a\", op = \"==\", value = 1, not = true }",
                 "{}\n{\"a\":1}\n{\"a\":2}\n")
            .text == "{\"a\":2}\n");
}

TEST_CASE("what a field that is missing means is for missing to say") {
  const std::string_view lines = "{}\n{\"a\":1}\n\n{\"a\":2}\n5\n";
  const auto filtered = [&](std::string_view missing) {
    return run_toml(
        cat("use = \"filter\"\nwhere = { field = \"/a\", op = \"==\", value = 1 }\n", missing),
        lines);
  };
  CHECK(filtered("").text == "{\"a\":1}\n\n");
  CHECK(filtered("missing = \"drop\"").text == "{\"a\":1}\n\n");
  CHECK(filtered("missing = \"keep\"").text == "{}\n{\"a\":1}\n\n5\n");
  CHECK(filtered("missing = \"error\"").text == "{\"a\":1}\n\n");
  CHECK(filtered("missing = \"error\"").dead == List{"0 missing field /a", "4 missing field /a"});
}

TEST_CASE("exists asks whether the field is there, null or not") {
  const std::string_view lines = "{}\n{\"a\":null}\n{\"a\":{}}\n5\n";
  CHECK(run_toml("use = \"filter\"\nwhere = { field = \"/a\", op = \"exists\" }", lines).text ==
        "{\"a\":null}\n{\"a\":{}}\n");
  CHECK(run_toml("use = \"filter\"\nwhere = { field = \"/a\", op = \"exists\", not = true }", lines)
            .text == "{}\n5\n");
}

TEST_CASE("a key that is repeated on the way leaves no one answer") {
  const auto result =
      run_toml("use = \"filter\"\nwhere = { field = \"/u/a\", op = \"==\", value = 1 }",
               "{\"u\":{\"a\":1,\"\\u0061\":2}}\n{\"u\":{\"a\":1},\"u\":{\"a\":1}}\n"
               "{\"u\":{\"a\":1},\"x\":1,\"x\":2}\n");
  CHECK(result.text == "{\"u\":{\"a\":1},\"x\":1,\"x\":2}\n");
  CHECK(result.dead == List{"0 repeated key /u/a", "1 repeated key /u/a"});
}

TEST_CASE("a condition that cannot be meant is told where it stands") {
  const auto where = [](std::string_view condition) {
    return step_problems(cat("use = \"filter\"\nwhere = ", condition));
  };
  CHECK(where("3") == List{"9: where takes a table, not an integer"});
  CHECK(where("{ field = '/a', op = '=', value = 3 }") == List{"30: there is no operator \"=\""});
  CHECK(where("{ feild = '/a', op = '==', value = 3 }") == List{"11: where has no key \"feild\""});
  CHECK(where("{ field = '/a/*', op = '==', value = 3 }") ==
        List{"19: field names one field, so there can be no * in it"});
  CHECK(where("{ field = '/a', value = 3 }") == List{"9: where needs the key \"op\""});
  CHECK(where("{ field = '/a', op = '==' }") == List{"9: where needs the key \"value\""});
  CHECK(where("{ field = '/a', op = 'exists', value = 1 }") == List{"40: exists takes no value"});
  CHECK(where("{ field = '/a', op = '<', value = true }") ==
        List{"43: value takes a number or a string, not true or false"});
  CHECK(where("{ field = '/a', op = '==', value = [1] }") ==
        List{"44: value takes a string, a number or true or false, not an array"});
  CHECK(where("{ field = '/a', op = 'in', value = 1 }") ==
        List{"44: value takes an array (the operator is in), not an integer"});
  CHECK(where("{ field = '/a', op = 'in', value = [] }") ==
        List{"44: value is empty: nothing is in it"});
  CHECK(where("{ field = '/a', op = 'in', value = [1, {}, 1979-05-27] }") ==
        List{"48: value takes a string, a number or true or false, not a table",
             "52: JSON has no dates and no times"});
  CHECK(where("{ field = '/a', op = 'matches', value = '(a' }") ==
        List{"49: \"(a\" is not a regular expression: missing ): (a"});
  CHECK(where("{ field = '/a', op = 'matches', value = '(a)\\1' }").size() == 1);
  CHECK(where("{ field = '/a', op = '==', value = nan }").size() == 1);
  CHECK(where("{ field = '/a', op = '==', value = 1, not = 1 }") ==
        List{"53: not takes true or false, not an integer"});
}

TEST_CASE("a filter needs one thing to go by, and missing only where a value is asked for") {
  CHECK(step_problems("use = \"filter\"") ==
        List{"1: filter needs the option \"where\" or \"expr\""});
  CHECK(step_problems("use = \"filter\"\nexpr = \"1\"\nwhere = { field = '/a', op = 'exists' }") ==
        List{"8: where and expr exclude each other"});
  CHECK(step_problems("use = \"filter\"\nexpr = \"1\"\nmissing = \"keep\"") ==
        List{"11: missing goes with a where that asks for a value"});
  CHECK(step_problems(
            "use = \"filter\"\nmissing = \"keep\"\nwhere = { field = '/a', op = 'exists' }") ==
        List{"11: missing goes with a where that asks for a value"});
}
