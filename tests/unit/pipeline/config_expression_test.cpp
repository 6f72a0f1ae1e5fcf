#include "host/pipeline/config_expression.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/unit/pipeline/toml_step.h"

using adyton::pipeline::check_expression;
using adyton::pipeline::PythonFault;
using adyton::pipeline::test::step_problems;
using List = std::vector<std::string>;

namespace {

bool passes(const std::string& expression) {
  const PythonFault fault = check_expression(expression);
  if (fault) MESSAGE(expression << ": " << fault.message << " at " << fault.offset);
  return !fault;
}

std::string refused(const std::string& expression) {
  const PythonFault fault = check_expression(expression);
  return fault ? adyton::cat(fault.offset, " ", fault.message) : "(passes)";
}

}  // namespace

TEST_CASE("expressions as people write them pass") {
  for (const char* expression : {
           "record['a'] > 3",
           "record.get('age', 0) >= 18 and not record.get(\"test\")",
           "'x' if record['a'] is not None else f\"{record['b']!r:>{10}} {{}}\"",
           "len([line for line in record['lines'] if line['n'] not in (1, 2,)]) == 0x1F",
           "any(l.get('sku') == 'a' for l in record['lines'])",
           "{**record, 'a': 1}['a'] ** -2 // ~3 @ 4",
           "sorted(record, key=lambda k, *rest, flag=True, **more: k)[1:-1, ::2, ...]",
           "(n := record['n']) and n % 2",
           "1, 2,",
           "[*a, b][0](*c, d=e, **f)(x for x, (y, *z) in q)",
           "r'\\d' \"two\" '''three\n' lines'''",
           "b'1' rb'\\x'",
           "{1, 2} | {a: b for a, b in c.items()} | {*d}",
           "x[1]\n",
           "(a\n  + b)  # and a word about it",
           "1_000 + 0b1 + 0o17 + 1.5e-3j + .5 + 5. + 00",
           "1if x else 2",
           "f'{x:%H:%M \"}' f'{x!r}' f'{d[\"a\"]}' F\"{'}'}\"",
           "not a in b is not c",
           "lambda: (lambda x, /, y=1, *, z: x)",
           "ünicode_ + match.case",
       }) {
    CHECK(passes(expression));
  }
}

TEST_CASE("what is no expression is refused where it ends to be one") {
  CHECK(refused("") == "0 an expression is missing");
  CHECK(refused("record['a'] >") == "13 the expression ends too early");
  CHECK(refused("record['a' > 3") == "14 a bracket is not closed");
  CHECK(refused("record['a']) > 3") == "11 nothing was opened that this closes");
  CHECK(refused("record['a] > 3") == "7 the string is not closed");
  CHECK(refused("record['a'] = 3") == "12 an expression cannot assign: == compares");
  CHECK(refused("a b") == "2 an operator or a comma is missing before this");
  CHECK(refused("a if b") == "6 an if in an expression needs an else");
  CHECK(refused("return a") == "0 this keyword cannot stand here");
  CHECK(refused("a && b") == "3 this cannot stand here");
  CHECK(refused("a ! b") == "2 this character has no meaning here");
  CHECK(refused("x := 1") == "2 an assignment with := stands in parentheses");
  CHECK(refused("a +\nb") == "3 the line ends: an expression goes on only within brackets");
  CHECK(refused("await x") == "0 await, yield and async have no use in a step");
  CHECK(refused("007") == "0 an integer does not begin with 0");
  CHECK(refused("f(a=1, 2)") == "7 a positional argument cannot follow a named one");
  CHECK(refused("(*a)") == "3 a star needs a comma behind its value");
  CHECK(refused("[x for x.y() in z]") == "13 this cannot be assigned to");
  CHECK(refused("a; b") == "1 this cannot stand here");
}

TEST_CASE("brackets without end are refused, not followed") {
  CHECK(refused(std::string(100'000, '(')) == "200 nested too deep");
  CHECK(refused(std::string(100'000, '[')).find("nested too deep") != std::string::npos);
  CHECK(passes(std::string(100'000, '-') + "1"));
  std::string lambdas;
  for (int i = 0; i < 100'000; ++i) lambdas += "lambda: ";
  CHECK(refused(lambdas + "1").find("nested too deep") != std::string::npos);
  std::string strings;
  for (int i = 0; i < 100'000; ++i) strings += "f'{";
  CHECK(refused(strings) == "0 the string is not closed");
}

TEST_CASE("the place of a mistake in an expression is that within the string of the job") {
  CHECK(step_problems("use = \"filter\"\nexpr = \"record['ä'] >\"") ==
        List{"22: expr is no Python expression: the expression ends too early"});
  CHECK(step_problems("use = \"filter\"\nexpr = \"  a = b\"") ==
        List{"13: expr is no Python expression: an expression cannot assign: == compares"});
  CHECK(step_problems("use = \"filter\"\nexpr = \"a[\\\"b\\\"] = 1\"") ==
        List{"8: expr is no Python expression: an expression cannot assign: == compares"});
  CHECK(step_problems("use = \"filter\"\nexpr = '''\na +\nb'''").size() == 1);
  CHECK(step_problems("use = \"filter\"\nexpr = '''\n(a +\nb)\n'''").empty());
}
