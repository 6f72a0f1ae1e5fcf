#include "host/pipeline/settings.h"

#include <doctest/doctest.h>

#include "host/pipeline/config.h"
#include "tests/unit/pipeline/lines.h"
#include "tests/unit/pipeline/memory_os.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

constexpr std::string_view job =
    "[job]\nname = 'j'\n[source]\nfiles = ['a', 'b']\n[sink]\nfiles = '-'\n"
    "[[step]]\nuse = 'drop'\nfields = ['/a']\n[[step]]\nuse = 'set'\nfield = '/x'\nvalue = 1\n";

ConfigOutcome parse(const Lines& set) {
  test::MemoryOs os;
  os.files["k.json"] = "{}";
  JobSettings settings;
  settings.set = set;
  settings.environment = [](const std::string& name) { return std::optional(cat('<', name, '>')); };
  return parse_job(os, "job.toml", job, settings);
}

JobConfig with(const Lines& set) {
  auto outcome = parse(set);
  for (const Diagnostic& each : outcome.diagnostics) CAPTURE(each.message);
  REQUIRE(outcome.config.has_value());
  return *std::move(outcome.config);
}

/// "origin: message" of every problem.
Lines problems(const Lines& set) {
  Lines lines;
  for (const Diagnostic& each : parse(set).diagnostics) {
    lines.push_back(cat(each.origin, ": ", each.message));
  }
  return lines;
}

}  // namespace

TEST_CASE("a setting takes the place of what the file says, or adds to it") {
  CHECK(with({"job.name=x"}).name == "x");
  CHECK(with({"job.domain=d e"}).domain == "d e");
  CHECK(with({"source.files=c"}).source.files == Lines{"c"});
  CHECK(with({"source.files=['c', 'd']"}).source.files == Lines{"c", "d"});
  CHECK(with({"source.files.2=c"}).source.files == Lines{"a", "c"});
  CHECK(with({"source.max_record=1000"}).source.max_record == 1000);
  CHECK(with({"source.max_record=1 kB"}).source.max_record == 1000);
  CHECK(with({"keyring.pii.file=k.json"}).keyrings.at("pii").file == "k.json");
  CHECK(with({"keyring.\"p.i\".file=k.json"}).keyrings.contains("p.i"));
  CHECK(with({"dead_letter.file=d", "dead_letter.plain=true"}).dead_letter.plain);
  CHECK(with({"dead_letter={file='d'}"}).dead_letter.file == "d");
  CHECK(with({"job.name=x", "job.name=y"}).name == "y");
}

TEST_CASE("a number in the key counts steps from 1") {
  const JobConfig config =
      with({"step.1.fields=['/b', '/c']", "step.2.value={}", "step.2.value.deep.er='x'"});
  CHECK(config.steps[0].fields("fields")[1].text() == "/c");
  CHECK(config.steps[1].text("value") == R"({"deep":{"er":"x"}})");
  CHECK(problems({"step.0.use=drop"}) == Lines{"--set step.0.use: step has no number \"0\""});
  CHECK(problems({"step.3.use=drop"}) == Lines{"--set step.3.use: step has no number \"3\""});
  CHECK(problems({"step.x.use=drop"}).size() == 1);
}

TEST_CASE("a value is TOML where it is a TOML value as a whole, else text") {
  const auto value = [](const char* text) {
    return with({cat("step.2.value=", text)}).steps[1].text("value");
  };
  CHECK(value("1") == "1");
  CHECK(value(" 0x10 ") == "16");
  CHECK(value("1.50") == "1.5");
  CHECK(value("true") == "true");
  CHECK(value("'1'") == "\"1\"");
  CHECK(value("\"\\u0041\"") == "\"A\"");
  CHECK(value("[1, {a = 2}]") == R"([1,{"a":2}])");
  CHECK(value("truer") == "\"truer\"");
  CHECK(value("1 # one") == "\"1 # one\"");
  CHECK(value("1, w = 2") == "\"1, w = 2\"");
  CHECK(value("1}\n[job") == "\"1}\\n[job\"");
  CHECK(value("1\nname = 'x'") == "\"1\\nname = 'x'\"");
  CHECK(value("a=b") == "\"a=b\"");
  CHECK(value("") == "\"\"");
  CHECK(value("ø") == "\"ø\"");
}

TEST_CASE("variables work in what is set, too") {
  CHECK(with({"job.domain=a ${X}"}).domain == "a <X>");
  CHECK(with({"source.files=['$${X}', '${X}']"}).source.files == Lines{"${X}", "<X>"});
}

TEST_CASE("what is wrong with a set value is told of the setting, not of the file") {
  CHECK(problems({"job.name=a/b"}) == Lines{"--set job.name: \"a/b\" cannot name a job"});
  CHECK(problems({"job.nmae=x"}) == Lines{"--set job.nmae: [job] has no key \"nmae\""});
  CHECK(problems({"step.1.fields=b"}).at(0).starts_with("--set step.1.fields: "));
  CHECK(problems({"source.files=['', 'a', 3]"}).size() == 2);
  CHECK(problems({"dead_letter.plain=yes", "job.name=a b"}) ==
        Lines{"--set job.name: \"a b\" cannot name a job",
              "--set dead_letter.plain: plain takes true or false, not a string",
              "--set dead_letter.plain: [dead_letter] needs the key \"file\""});
  const auto outcome = parse({"job.name=7"});
  CHECK(outcome.diagnostics.at(0).message == "name takes a string, not an integer");
  CHECK(outcome.diagnostics.at(0).help.find("'KEY=\"text\"'") != std::string::npos);
  CHECK(
      render(outcome.diagnostics[0], "job.toml", job).starts_with("--set job.name: error: name "));
}

TEST_CASE("what is no KEY=VALUE is told") {
  for (const char* wrong : {"", "=", "job.name", "=x", "a b=1", "[job]=1", "a..b=1", ".=1",
                            "a\nb=1", "a\xff=1", "a=\xff", "#=1"}) {
    CAPTURE(wrong);
    const auto found = parse({wrong}).diagnostics;
    REQUIRE(found.size() == 1);
    CHECK(found[0].message.starts_with("--set takes KEY=VALUE, not "));
  }
  CHECK(problems({"job.name.first=x"}) ==
        Lines{"--set job.name.first: name is a string: there is no first in it"});
}

TEST_CASE("a set job has the text of the job that says the same in its file") {
  CHECK(with({"job.name=x"}).text != with({}).text);
  CHECK(with({"job.name=j", "step.1={use='drop', fields=['/a']}"}).text == with({}).text);
  CHECK(with({"job.name=x"}).settings == Lines{"job.name"});
}

TEST_CASE("a place in a job is named for messages") {
  const JobConfig config = with({"job.name=x"});
  CHECK(config.where(config.source.at) == "job.toml:4:9");
  CHECK(config.where({}) == "job.toml");
  CHECK(config.where({0, 0, 1, 1}) == "--set job.name");
}
