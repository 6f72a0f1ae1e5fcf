#include "host/pipeline/plan.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace {

JobConfig job(const Folder& folder, std::vector<std::string> files, std::string_view sink) {
  JobConfig config;
  config.path = "job.toml";
  for (const std::string& file : files) config.source.files.push_back(folder / file);
  config.sink.files = folder / sink;
  return config;
}

std::string refusal(const JobConfig& config) {
  const auto os = make_os();
  const auto plan = plan_job(config, *os);
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.error().code == ErrorCode::config);
  return plan.error().message;
}

}  // namespace

TEST_CASE("the sink's placeholders are the input's stem, name and folder") {
  CHECK(output_path("out/{stem}.ndjson", "data/a.ndjson.zst") == "out/a.ndjson");
  CHECK(output_path("out/{stem}.ndjson", "data/a.b.json") == "out/a.b.ndjson");
  CHECK(output_path("out/{stem}", "data/plain") == "out/plain");
  CHECK(output_path("{dir}/out/{name}", "data/a.ndjson.gz") == "data/out/a.ndjson.gz");
  CHECK(output_path("{dir}/{stem}.out", "a.ndjson") == "./a.out");
  CHECK(output_path("one.ndjson", "a.ndjson") == "one.ndjson");
  CHECK(output_path("{stem}.ndjson", "-") == "stdin.ndjson");
}

TEST_CASE(
    "a glob's files are read in byte order, each once, and share an output without placeholder") {
  Folder folder;
  for (const char* name : {"b.ndjson", "a.ndjson", "B.ndjson", "c.txt"}) folder.write(name, "");
  const auto os = make_os();
  const auto plan = plan_job(job(folder, {"*.ndjson", "a.ndjson"}, "out/all.ndjson.zst"), *os);
  REQUIRE(plan.ok());
  REQUIRE(plan->inputs.size() == 3);
  CHECK(plan->inputs[0].path == folder / "B.ndjson");
  CHECK(plan->inputs[2].path == folder / "b.ndjson");
  REQUIRE(plan->outputs.size() == 1);
  CHECK(plan->outputs[0].compression == Compression::zstd);
}

TEST_CASE("a name with a star in it is that file where there is one") {
  Folder folder;
  folder.write("a*.ndjson", "");
  folder.write("ab.ndjson", "");
  const auto os = make_os();
  CHECK(plan_job(job(folder, {"a*.ndjson"}, "out"), *os)->inputs.size() == 1);
}

TEST_CASE("what cannot be planned is told before anything is written") {
  Folder folder;
  folder.write("a.ndjson", "");
  folder.write("a.json", "");
  folder.write("out", "");
  std::filesystem::create_directory(folder / "sub.ndjson");
  CHECK(refusal(job(folder, {"*.csv"}, "o")).find("no file matches") != std::string::npos);
  CHECK(refusal(job(folder, {"missing.ndjson"}, "o")).find("No such file") != std::string::npos);
  CHECK(refusal(job(folder, {"*.ndjson"}, "o")).find("is a directory") != std::string::npos);
  CHECK(refusal(job(folder, {"a.ndjson", "a.json"}, "{stem}.out")).find("would both") !=
        std::string::npos);
  CHECK(refusal(job(folder, {"a.ndjson"}, "a.ndjson")).find("also an input") != std::string::npos);
  CHECK(refusal(job(folder, {"a.ndjson"}, "./a.ndjson")).find("also an input") !=
        std::string::npos);
  CHECK(refusal(job(folder, {"a.ndjson"}, "out")).find("exists") != std::string::npos);
  CHECK(refusal(job(folder, {"a.ndjson"}, "sub.ndjson")).find("is no file") != std::string::npos);
  JobConfig dead = job(folder, {"a.ndjson"}, "o");
  dead.dead_letter.file = folder / "out";
  CHECK(refusal(dead).find("exists") != std::string::npos);
  dead.dead_letter.file = folder / "o";
  CHECK(refusal(dead).find("both write") != std::string::npos);
  dead.dead_letter.file = folder / "a.ndjson";
  CHECK(refusal(dead).find("also an input") != std::string::npos);
}

TEST_CASE("an existing output may be replaced where the job says so, an input never") {
  Folder folder;
  folder.write("a.ndjson", "");
  folder.write("out", "");
  const auto os = make_os();
  JobConfig config = job(folder, {"a.ndjson"}, "out");
  config.sink.existing = Existing::replace;
  CHECK(plan_job(config, *os).ok());
  config.sink.files = folder / "a.ndjson";
  CHECK_FALSE(plan_job(config, *os).ok());
  REQUIRE(::link((folder / "a.ndjson").c_str(), (folder / "hard").c_str()) == 0);
  config.sink.files = folder / "hard";
  CHECK_FALSE(plan_job(config, *os).ok());
}
