#include "host/cli/steps.h"

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "tests/unit/cli/support.h"

using namespace adyton;
using namespace adyton::cli;

namespace {

struct Ended {
  int code;
  std::string out;
  std::string err;
};

Ended steps(const std::vector<std::string>& args) {
  const auto os = make_os();
  test::Capture out(stdout);
  test::Capture err(stderr);
  const int code = steps_command(args, *os);
  std::string errors = err.text();
  return {code, out.text(), std::move(errors)};
}

}  // namespace

TEST_CASE("the reference has every step and every option of the table") {
  const auto all = steps({});
  CHECK(all.code == 0);
  for (const auto& step : pipeline::step_table()) {
    const auto one = steps({std::string(step.name)});
    CHECK(one.out.starts_with(cat(step.name, ": ", step.summary, '\n')));
    CHECK(all.out.find(one.out) != std::string::npos);
    for (const auto& option : step.options) {
      CHECK(one.out.find(cat("\n  ", option.name, "  (")) != std::string::npos);
      CHECK(one.out.find(option.doc) != std::string::npos);
    }
  }
  CHECK(steps({"drop"}).out.find("missing  (\"error\" or \"skip\"; default \"skip\")") !=
        std::string::npos);
}

TEST_CASE("a step that does not exist is a usage error") {
  const auto ended = steps({"encryt"});
  CHECK(ended.code == 2);
  CHECK(ended.err == "adyton steps: there is no step \"encryt\"; did you mean encrypt?\n");
  CHECK(steps({"drop", "keep"}).code == 2);
}
