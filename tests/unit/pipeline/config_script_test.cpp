#include "host/pipeline/config_script.h"

#include <doctest/doctest.h>

using adyton::pipeline::defined_names;
using adyton::pipeline::parse_call;

namespace {

bool defines(std::string_view python, std::string_view name) {
  return defined_names(python).may_have(name);
}

}  // namespace

TEST_CASE("a call is a Python file, a colon and a function") {
  const auto call = parse_call("a:b/score.py:score_1");
  REQUIRE(call.ok());
  CHECK(call->file == "a:b/score.py");
  CHECK(call->function == "score_1");
}

TEST_CASE("a call of another form is refused with the reason") {
  CHECK(parse_call("score.py").error().message == "\"score.py\" names no function");
  CHECK(parse_call("score:main").error().message == "\"score:main\" names no Python file (*.py)");
  CHECK(parse_call(".py:main").error().message == "\".py:main\" names no Python file (*.py)");
  for (const char* call : {"a.py:", "a.py:1a", "a.py:a.b", "a.py:a()", "a.py:a b"}) {
    CHECK_FALSE(parse_call(call).ok());
  }
}

TEST_CASE("what a script defines at its top level is found") {
  CHECK(defines("def f(x):\n  return x\n", "f"));
  CHECK(defines("async def f(x): pass", "f"));
  CHECK(defines("@wraps(g, x=1)\ndef f(x): pass", "f"));
  CHECK(defines("class f:\n  pass", "f"));
  CHECK(defines("f = lambda x: x", "f"));
  CHECK(defines("g = f = h", "f"));
  CHECK(defines("f: Callable[[int], int] = g", "f"));
  CHECK(defines("g, f = make()", "f"));
  CHECK(defines("x = 1; f = 2", "f"));
  CHECK(defines("from lib import f", "f"));
  CHECK(defines("from lib import (\n  a,  # one\n  b as f,\n)", "f"));
  CHECK(defines("from lib import a, \\\n  f\n", "f"));
  CHECK(defines("import f", "f"));
  CHECK(
      defines("\xef\xbb\xbf"
              "def f(x): pass",
              "f"));
  CHECK(defines("x = 1\r\ndef f(x):\r\n  pass\r\n", "f"));
  CHECK(defines("def größe(x): pass", "größe"));
}

TEST_CASE("what stands under a top-level if or try is found") {
  CHECK(defines("if fast:\n  def f(x): pass\nelse:\n  def g(x): pass\n", "f"));
  CHECK(defines("try:\n  from fast import f\nexcept ImportError:\n  f = None", "f"));
  CHECK(defines("if fast: f = 1", "f"));
  CHECK(defines("try: from fast import f\nexcept ImportError: pass", "f"));
}

TEST_CASE("what stands within functions, classes, strings and comments is not at the top level") {
  CHECK_FALSE(defines("def g():\n  def f(x): pass\n", "f"));
  CHECK_FALSE(defines("def g():\n  f = 1\n\n\n  f = 2", "f"));
  CHECK_FALSE(defines("class A:\n  def f(self): pass", "f"));
  CHECK_FALSE(defines("# def f(x): pass", "f"));
  CHECK_FALSE(defines("'''\ndef f(x): pass\n'''", "f"));
  CHECK_FALSE(defines("x = \"\"\"\ndef f(x): pass\n\\\"\"\"\"", "f"));
  CHECK_FALSE(defines("g(\nf = 1)", "f"));
  CHECK_FALSE(defines("def ff(x): pass", "f"));
  CHECK_FALSE(defines("print(f)", "f"));
  CHECK_FALSE(defines("", "f"));
}

TEST_CASE("a script that may define more than can be read is given the benefit of the doubt") {
  CHECK(defines("from lib import *", "f"));
  CHECK(defines("def __getattr__(name): pass", "f"));
  CHECK_FALSE(defines("class A:\n  def __getattr__(self, name): pass", "f"));
}

TEST_CASE("a comment or a string that ends a function's body changes nothing about what follows") {
  CHECK(defines("def g():\n  '''doc'''\n# note\n  x = 1\ndef f(): pass", "f"));
  CHECK_FALSE(defines("def g():\n  '''doc'''\n# note\n  f = 1\n", "f"));
}

TEST_CASE("every beginning of a script can be read") {
  const std::string script =
      "import a\n@x('''s''')\ndef f(a=\"\\\"\", *b):\n\t\\\n  return {1: f'{a}'}\n# e\\";
  for (std::size_t size = 0; size <= script.size(); ++size) {
    const auto found = defined_names(script.substr(0, size));
    CHECK(found.complete);
    CHECK(found.may_have("f") == (size >= script.find("def f") + 5));
  }
}
