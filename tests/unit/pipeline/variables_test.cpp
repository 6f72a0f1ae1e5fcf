#include "host/pipeline/variables.h"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "host/pipeline/config.h"
#include "tests/unit/pipeline/memory_os.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

using Variables = std::map<std::string, std::string>;

ConfigOutcome parse(const std::string& toml, const Variables& variables) {
  test::MemoryOs os;
  JobSettings settings;
  settings.environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  return parse_job(os, "job.toml", toml, settings);
}

std::string job(std::string_view files) {
  return cat("[source]\nfiles = ", files, "\n[job]\nname = 'j'\n[sink]\nfiles = '-'\n");
}

/// What the source's file is called once the variables are in.
std::string file(std::string_view files, const Variables& variables) {
  const auto outcome = parse(job(files), variables);
  REQUIRE(outcome.config.has_value());
  return outcome.config->source.files.at(0);
}

/// The one problem there must be.
Diagnostic problem(std::string_view files, const Variables& variables) {
  const auto outcome = parse(job(files), variables);
  REQUIRE(outcome.diagnostics.size() == 1);
  return outcome.diagnostics[0];
}

}  // namespace

TEST_CASE("a variable's value stands where its name stood") {
  CHECK(file("'${A}'", {{"A", "x"}}) == "x");
  CHECK(file("\"data/${A}${_b2}.gz\"", {{"A", "x"}, {"_b2", ""}}) == "data/x.gz");
  CHECK(file("'''${A}\n'''", {{"A", "x"}}) == "x\n");
  CHECK(file("'é${A}é'", {{"A", "日"}}) == "é日é");
}

TEST_CASE("a default is taken where the variable is not set or empty") {
  CHECK(file("'${A:-in}/b'", {}) == "in/b");
  CHECK(file("'${A:-in}/b'", {{"A", ""}}) == "in/b");
  CHECK(file("'${A:-in}/b'", {{"A", "x"}}) == "x/b");
  CHECK(file("'a${A:-}'", {}) == "a");
  CHECK(file("'${A:-:-${}'", {}) == ":-${");
}

TEST_CASE(
    "two dollars before a brace are the characters themselves, other dollars are left alone") {
  CHECK(file("'$${A}'", {{"A", "x"}}) == "${A}");
  CHECK(file("'$$${A}'", {{"A", "x"}}) == "$${A}");
  CHECK(file("'$A $ $$ {A} a$'", {{"A", "x"}}) == "$A $ $$ {A} a$");
}

TEST_CASE("what a variable holds is not looked at for variables, nor can it be anything but text") {
  CHECK(file("'${A}'", {{"A", "${B}"}, {"B", "x"}}) == "${B}");
  CHECK(file("'${A}'", {{"A", "'\n[sink]\nfiles = 'x'\n# \"\"\""}}) ==
        "'\n[sink]\nfiles = 'x'\n# \"\"\"");
  const auto outcome = parse(
      "[source]\nfiles = 'a'\nmax_record = '${A}'\n[job]\nname = 'j'\n"
      "[sink]\nfiles = '-'\n[dead_letter]\nfile = 'd'\nplain = '${B}'\n",
      {{"A", "1 kB"}, {"B", "true"}});
  REQUIRE(outcome.diagnostics.size() == 1);
  CHECK(outcome.diagnostics[0].message == "plain takes true or false, not a string");
  CHECK(outcome.draft.source.max_record == 1000);
}

TEST_CASE("variables work in every string of a job, and in no key") {
  const auto outcome = parse(
      "[source]\nfiles = ['a', '${A}']\n[job]\nname = '${A}'\ndomain = '${A}'\n[sink]\n"
      "files = '${A}2'\n[[step]]\nuse = 'set'\nfield = '/${A}'\n"
      "value = {'${A}' = ['${A}', {x = '${A}'}]}\n",
      {{"A", "v"}});
  REQUIRE(outcome.config.has_value());
  const JobConfig& job = *outcome.config;
  CHECK(job.source.files[1] == "v");
  CHECK(job.name == "v");
  CHECK(job.domain == "v");
  CHECK(job.sink.files == "v2");
  CHECK(job.steps[0].fields("field")[0].text() == "/v");
  CHECK(job.steps[0].text("value") == R"({"${A}":["v",{"x":"v"}]})");
}

TEST_CASE("a variable that is not set is told in its place, and nothing that follows from it") {
  const Diagnostic missing = problem("['a', '${NONE}/b']", {});
  CHECK(missing.at == Place{2, 15, 11});
  CHECK(missing.message == "the variable NONE is not set");
  CHECK(missing.help == "set it (export NONE=…), or say what to take without it: ${NONE:-default}");
  const auto outcome =
      parse("[source]\nfiles = 'a'\n[job]\nname = '${A}'\n[sink]\nfiles = '${A}/${B}{stm}'\n", {});
  CHECK(outcome.diagnostics.size() == 3);
  CHECK(std::all_of(outcome.diagnostics.begin(), outcome.diagnostics.end(),
                    [](const auto& each) { return each.message.ends_with(" is not set"); }));
}

TEST_CASE("what only begins like a variable is refused, with the forms there are") {
  for (const char* wrong :
       {"'${'", "'${A'", "'${}'", "'${1}'", "'${A-x}'", "'${ A}'", "'${A:x}'"}) {
    CAPTURE(wrong);
    CHECK(problem(wrong, {{"A", "x"}}).help.starts_with("the forms are ${NAME} and"));
  }
  CHECK(problem("'${A}'", {{"A", "\xff"}}).message == "what the variable A holds is not UTF-8");
}

TEST_CASE("a message about a value quotes the job, not what the environment holds") {
  const auto outcome = parse(
      "[source]\nfiles = 'a'\nformat = '${S}'\nmax_record = '${S}'\n[job]\n"
      "name = 'x/${S}'\ndomain = 'd'\n[sink]\nfiles = '-'\n[dead_letter]\nmax_errors = '${S}'\n"
      "[[step]]\nuse = '${S}'\n[[step]]\nuse = 'drop'\nfields = ['${S}', '/${S}', '/${S}']\n"
      "[[step]]\nuse = 'encrypt'\nfields = '/a'\nkey = '${S}'\nmissing = '${S}'\n",
      {{"S", "s3cret\n\"\\"}});
  REQUIRE(outcome.diagnostics.size() == 9);
  CHECK(outcome.diagnostics[1].message == "\"${S}\" is not a size");
  CHECK(outcome.diagnostics[2].message == "\"x/${S}\" cannot name a job");
  for (const Diagnostic& each : outcome.diagnostics) {
    CHECK(render(each, "job.toml", outcome.source).find("s3cret") == std::string::npos);
  }
}

TEST_CASE("the process's own environment is asked where no other is given") {
  test::MemoryOs os;
  REQUIRE(::setenv("ADYTON_TEST_VARIABLE", "from outside", 1) == 0);
  const auto outcome = parse_job(os, "job.toml", job("'${ADYTON_TEST_VARIABLE}'"));
  ::unsetenv("ADYTON_TEST_VARIABLE");
  REQUIRE(outcome.config.has_value());
  CHECK(outcome.config->source.files.at(0) == "from outside");
}
