#include "host/pipeline/plan.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "modules/crypto/age/identity.h"
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
  CHECK(output_path("out/{stem}.ndjson", "data/a.ndjson.zst.age") == "out/a.ndjson");
  CHECK(output_path("out/{stem}.ndjson", "data/a.age") == "out/a.ndjson");
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

TEST_CASE("the compression of a sealed output is found beneath .age, by its own name") {
  Folder folder;
  for (const char* name : {"a.ndjson", "b.ndjson.zst.age"}) folder.write(name, "");
  const auto os = make_os();
  const crypto::age::Recipient recipient = crypto::age::Identity::generate().recipient();
  JobConfig config = job(folder, {"a.ndjson"}, "out/{stem}.ndjson.gz.age");
  CHECK(refusal(config).find("nobody is named whom the output") != std::string::npos);
  config.sink.recipients = {recipient};
  CHECK(plan_job(config, *os)->outputs[0].compression == Compression::gzip);
  config.sink.files = folder / "{stem}.age";
  CHECK(plan_job(config, *os)->outputs[0].compression == Compression::none);
  config.sink.files = "-";
  CHECK(plan_job(config, *os)->outputs[0].compression == Compression::none);

  config = job(folder, {"a.ndjson", "b.ndjson.zst.age"}, "out/{name}");
  CHECK(refusal(config).find("b.ndjson.zst.age\" is sealed to, so") != std::string::npos);
  config.sink.recipients = {recipient};
  CHECK(refusal(config).find("a.ndjson\" is sealed, so its name must end in .age") !=
        std::string::npos);
  config.source.files.erase(config.source.files.begin());
  CHECK(plan_job(config, *os)->outputs[0].compression == Compression::zstd);
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

TEST_CASE("everything that stands in a plan's way is told at once, each at its place") {
  Folder folder;
  for (const char* name : {"a.ndjson", "b.ndjson", "out-a", "out-b"}) folder.write(name, "");
  const auto os = make_os();
  JobConfig config = job(folder, {"none*", "?.ndjson", "gone"}, "out-{stem}");
  config.source.places = {{3, 1, 1}, {3, 2, 1}, {3, 3, 1}};
  config.sink.at = {5, 1, 1};
  config.dead_letter.file = folder.path;
  config.dead_letter.at = {7, 1, 1};
  const auto outcome = plan_all(config, *os);
  CHECK_FALSE(outcome.plan.has_value());
  REQUIRE(outcome.diagnostics.size() == 4);
  CHECK(outcome.diagnostics[0].at == Place{3, 1, 1});
  CHECK(outcome.diagnostics[1].at == Place{3, 3, 1});
  CHECK(outcome.diagnostics[2].message ==
        cat("the output \"", folder / "out-a", "\" exists, and so does another"));
  CHECK(outcome.diagnostics[2].at == Place{5, 1, 1});
  CHECK(outcome.diagnostics[3].message.ends_with("is there and is no file"));
  const auto first = plan_job(config, *os);
  CHECK(first.error().where == "job.toml:3:1");
  CHECK(first.error().message.starts_with("no file matches "));
}

TEST_CASE("a run that goes on with publishing does not mind what it has published") {
  Folder folder;
  folder.write("a.ndjson", "");
  folder.write("out", "");
  const auto os = make_os();
  const JobConfig config = job(folder, {"a.ndjson"}, "out");
  CHECK_FALSE(plan_job(config, *os, ExistingOutputs::check).ok());
  CHECK(plan_job(config, *os, ExistingOutputs::ignore).ok());
  CHECK_FALSE(plan_job(job(folder, {"a.ndjson"}, "a.ndjson"), *os, ExistingOutputs::ignore).ok());
}

TEST_CASE("a problem with what was set is the setting's") {
  Folder folder;
  const auto os = make_os();
  JobConfig config = job(folder, {"none*"}, "out");
  config.settings = {"job.name", "source.files"};
  config.source.places = {{0, 0, 1, 2}};
  CHECK(plan_job(config, *os).error().where == "--set source.files");
  CHECK(plan_all(config, *os).diagnostics.at(0).origin == "--set source.files");
}
