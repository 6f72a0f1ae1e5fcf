#include "host/pipeline/diagnostic.h"

#include <doctest/doctest.h>

using adyton::pipeline::Diagnostic;
using adyton::pipeline::render;

TEST_CASE("a diagnostic shows its place, its line, a caret that underlines, and the way out") {
  const Diagnostic problem{{2, 8, 5}, "no such step", "did you mean \"drop\"?"};
  CHECK(render(problem, "job.toml", "[[step]]\nuse = \"drap\"\nx = 1\n") ==
        "job.toml:2:8: error: no such step\n"
        "    use = \"drap\"\n"
        "           ^~~~~\n"
        "    help: did you mean \"drop\"?\n");
}

TEST_CASE("a diagnostic without a place is one line") {
  CHECK(render({{0, 0, 1}, "cannot open it", {}}, "job.toml", "") ==
        "job.toml: error: cannot open it\n");
}

TEST_CASE(
    "tabs before the place are kept, so that the caret stands under it whatever they measure") {
  CHECK(render({{1, 4, 1}, "x", {}}, "j", "\ta\tb\n") ==
        "j:1:4: error: x\n    \ta\tb\n    \t \t^\n");
}

TEST_CASE("wide characters count two cells, combining ones none, columns count characters") {
  CHECK(render({{1, 5, 2}, "x", {}}, "j", "日e\u0301=語本\n") ==
        "j:1:5: error: x\n    日e\u0301=語本\n        ^~~~\n");
}

TEST_CASE("a line's ending is not shown, and a caret may stand behind the last character") {
  CHECK(render({{1, 4, 1}, "x", {}}, "j", "a =\r\nb\r\n") ==
        "j:1:4: error: x\n    a =\n       ^\n");
  CHECK(render({{3, 1, 1}, "x", {}}, "j", "a\n") == "j:3:1: error: x\n    \n    ^\n");
  CHECK(render({{1, 99, 9}, "x", {}}, "j", "ab") == "j:1:99: error: x\n    ab\n      ^\n");
}

TEST_CASE("nothing that steers a terminal is printed, nor a byte that is not UTF-8") {
  const std::string text =
      render({{1, 1, 1}, "bad \x1b[2J", "\x07"}, "j\x1b.toml", "\x1b[31m\xff\xc2\x9b\n");
  CHECK(text ==
        "j\ufffd.toml:1:1: error: bad \ufffd[2J\n    \ufffd[31m\ufffd\ufffd\n    ^\n"
        "    help: \ufffd\n");
}

TEST_CASE("of a very long line the part around the place is shown") {
  const std::string line = std::string(500, 'a') + "HERE" + std::string(500, 'b');
  const std::string text = render({{1, 501, 4}, "x", {}}, "j", line);
  const std::size_t at = text.find("HERE");
  REQUIRE(at != std::string::npos);
  CHECK(text.size() < 400);
  // "    …" is 7 bytes and 5 cells; the caret's row has the same cells in as many bytes.
  const std::size_t row = text.find("\n", text.find("\n") + 1) + 1;
  const std::size_t line_start = text.find("\n") + 1;
  CHECK(text.find("^~~~\n") - row == at - line_start - 2);
}
