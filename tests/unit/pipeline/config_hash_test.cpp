#include <string>

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "host/pipeline/config.h"
#include "tests/unit/pipeline/memory_os.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

/// "line: message" of the one problem of a job with these steps, or nothing.
std::string problem(std::string_view steps) {
  test::MemoryOs os;
  os.files["keys/pii.json"] = "{}";
  const std::string toml =
      cat("[job]\nname = \"j\"\ndomain = \"d\"\n[source]\nfiles = \"a.ndjson\"\n[sink]\nfiles = "
          "\"-\"\n[keyring.pii]\nfile = \"keys/pii.json\"\n",
          steps);
  const auto outcome = parse_job(os, "job.toml", toml);
  if (outcome.diagnostics.empty()) return "";
  CHECK(outcome.diagnostics.size() == 1);
  const Diagnostic& first = outcome.diagnostics.front();
  return cat(first.at.line, ": ", first.message);
}

std::string hash(std::string_view field, std::string_view more = "") {
  return cat("[[step]]\nuse = \"hash\"\nfields = \"", field, "\"\n", more);
}

std::string step(std::string_view use, std::string_view options) {
  return cat("[[step]]\nuse = \"", use, "\"\n", options, '\n');
}

}  // namespace

TEST_CASE("a hash without a key of a field that a step protects is a mistake") {
  const std::string key = "\nkey = \"pii\"";
  for (const std::string use : {"encrypt", "decrypt", "rekey", "tokenize", "mask", "redact"}) {
    const bool keyed = use != "mask" && use != "redact";
    const std::string other =
        step(use, cat("fields = [\"/x\", \"/user/email\"]", keyed ? key : ""));
    for (const std::string_view field : {"/user/email", "/user", "/user/*", "/user/email/0"}) {
      CAPTURE(use);
      CAPTURE(field);
      CHECK(problem(hash(field) + other).starts_with("12: this hash has no key"));
      CHECK(problem(other + hash(field)).find("this hash has no key") != std::string::npos);
    }
    CHECK(problem(hash("/user/name") + other).empty());
    CHECK(problem(hash("/user/email", "key = \"pii\"\n") + other).empty());
  }
  CHECK(problem(hash("/user/email") + step("mask", "fields = \"/user/email\"")) ==
        "12: this hash has no key, and the job protects \"/user/email\" (mask on line 13): who "
        "guesses a value can compute its hash");
  CHECK(problem(hash("/a") + hash("/a")).empty());
}

TEST_CASE("a copy of a protected field is one, too, whatever it is called") {
  const std::string mask = step("mask", "fields = \"/user/email\"");
  const std::string copy = step("copy", "from = \"/user\"\nto = \"/mark\"");
  CHECK_FALSE(problem(copy + hash("/mark/email") + mask).empty());
  CHECK(problem(hash("/mark") + copy + mask).empty());
  const std::string rename = step("rename", "field = \"/mark\"\nto = \"a/b\"");
  CHECK_FALSE(problem(copy + rename + hash("/a~1b/email") + mask).empty());
  CHECK(problem(copy + rename + hash("/other") + mask).empty());
}
