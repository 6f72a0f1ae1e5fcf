#include "host/pipeline/run.h"

#include <atomic>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "host/pipeline/steps/spec.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace {

class Silent final : public RunObserver {
 public:
  void progress(const RunProgress& now) override { last = now; }
  RunProgress last;
};

/// A script host whose one step is a C++ function on the run's own thread.
class Scripted final : public ScriptHost {
 public:
  explicit Scripted(std::function<Status(Batch&)> function) : function_(std::move(function)) {}

  Result<std::unique_ptr<Step>> load(const ScriptCall&) override {
    class Call final : public Step {
     public:
      explicit Call(std::function<Status(Batch&)> function) : function_(std::move(function)) {}
      Thread thread() const override { return Thread::main; }
      Status run(Batch& batch) override { return function_(batch); }

     private:
      std::function<Status(Batch&)> function_;
    };
    return std::unique_ptr<Step>(new Call(function_));
  }

  Result<std::unique_ptr<Expression>> compile(const ScriptExpression&) override {
    return Error{ErrorCode::config, "no expressions here"};
  }

 private:
  std::function<Status(Batch&)> function_;
};

std::string numbers(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i)
    text += cat("{\"n\":", i, ",\"drop\":\"xxxxxxxxxxxxxxxxxxxx\"}\n");
  return text;
}

std::string without_drop(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) text += cat("{\"n\":", i, "}\n");
  return text;
}

constexpr std::size_t many = 100000;  // lines, some tens of batches

/// A job over in.ndjson to out.ndjson with the steps drop, python, keep.
JobConfig job(const Folder& folder) {
  JobConfig config;
  config.path = "job.toml";
  config.name = "job";
  config.source.files = {folder / "in.ndjson"};
  config.sink.files = folder / "out.ndjson";
  config.dead_letter.max_errors.count = 0;
  StepConfig drop{.use = "drop", .at = {}, .options = {}, .places = {}};
  drop.options["fields"] = std::vector{*json::Pointer::parse("/drop")};
  drop.options["missing"] = std::string("skip");
  StepConfig python{.use = "python", .at = {}, .options = {}, .places = {}};
  python.options["call"] = cat(folder.write("script.py", ""), ":step");
  StepConfig keep{.use = "keep", .at = {}, .options = {}, .places = {}};
  keep.options["fields"] = std::vector{*json::Pointer::parse("/n")};
  config.steps = {drop, python, keep};
  return config;
}

Result<RunReport> run(const JobConfig& config, unsigned threads, ScriptHost& scripts,
                      const std::atomic<bool>& stop) {
  const auto os = make_os();
  Pool pool(threads);
  Silent observer;
  auto report = run_job(config, *os, pool, &scripts, observer, stop);
  if (report && report->state) report->state->retire();
  return report;
}

}  // namespace

TEST_CASE(
    "batches come out in input order through pool and script stages, with any number of threads") {
  Folder folder;
  folder.write("in.ndjson", numbers(many));
  for (const unsigned threads : {1U, 2U, 5U}) {
    std::uint64_t next = 0;
    const auto main_thread = std::this_thread::get_id();
    Scripted scripts([&](Batch& batch) -> Status {
      CHECK(batch.sequence == next++);
      CHECK(std::this_thread::get_id() == main_thread);
      return {};
    });
    JobConfig config = job(folder);
    config.sink.existing = Existing::replace;
    const auto report = run(config, threads, scripts, false);
    REQUIRE(report.ok());
    CHECK(report->outcome == Outcome::done);
    CHECK(report->tally.counts.written == many);
    CHECK(next > 10);
    CHECK(folder.read("out.ndjson") == without_drop(many));
  }
}

const std::vector<std::string> nothing_new = {"in.ndjson", "script.py"};

TEST_CASE(
    "a step's error ends the run at once, whatever is still on the pool, and publishes nothing") {
  Folder folder;
  folder.write("in.ndjson", numbers(many));
  for (const unsigned threads : {1U, 4U}) {
    Scripted scripts([](Batch& batch) -> Status {
      if (batch.sequence == 3) return Error{ErrorCode::invalid, "the script ended the run"};
      return {};
    });
    const auto report = run(job(folder), threads, scripts, false);
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().code == ErrorCode::invalid);
    CHECK(folder.names() == nothing_new);
  }
}

TEST_CASE("a run that is stopped publishes nothing, and the next one goes on where it was") {
  for (const bool by_the_step : {false, true}) {
    Folder folder;
    folder.write("in.ndjson", numbers(many));
    std::atomic<bool> stop = false;
    std::uint64_t before = 0;
    Scripted scripts([&](Batch& batch) -> Status {
      if (batch.sequence == 3 && by_the_step) return Error{ErrorCode::stopped, "interrupted"};
      if (batch.sequence == 3) stop = true;
      ++before;
      return {};
    });
    const auto report = run(job(folder), 3, scripts, stop);
    REQUIRE(report.ok());
    CHECK(report->outcome == Outcome::stopped);
    CHECK(report->resumable);
    CHECK_FALSE(std::filesystem::exists(folder / "out.ndjson"));

    std::uint64_t after = 0;
    Scripted rest([&](Batch&) -> Status {
      ++after;
      return {};
    });
    const auto done = run(job(folder), 3, rest, false);
    REQUIRE(done.ok());
    CHECK(done->tally.counts.written == many);
    CHECK(folder.read("out.ndjson") == without_drop(many));
    CHECK(folder.names() ==
          std::vector<std::string>{"in.ndjson", "job.receipt.json", "out.ndjson", "script.py"});
    std::uint64_t all = 0;
    Scripted count([&](Batch&) -> Status {
      ++all;
      return {};
    });
    JobConfig again = job(folder);
    again.sink.existing = Existing::replace;
    REQUIRE(run(again, 3, count, false).ok());
    CHECK(after < all);
  }
}

TEST_CASE("more dead records than the job bears end the run, and nothing is published") {
  Folder folder;
  folder.write("in.ndjson", numbers(many) + "bad\n" + numbers(many));
  Scripted scripts([](Batch&) -> Status { return {}; });
  const auto report = run(job(folder), 2, scripts, false);
  REQUIRE(report.ok());
  CHECK(report->outcome == Outcome::over_budget);
  CHECK(report->tally.first_dead.ends_with("in.ndjson:100001: syntax: expected a value at byte 1"));
  CHECK(folder.names() == nothing_new);
}

TEST_CASE("records that a step loses are noticed, and nothing is published") {
  Folder folder;
  folder.write("in.ndjson", numbers(10));
  Scripted scripts([](Batch& batch) -> Status {
    Rewrite rewrite(batch);
    rewrite.keep(batch.records.front());
    rewrite.finish();
    return {};
  });
  const auto report = run(job(folder), 2, scripts, false);
  REQUIRE_FALSE(report.ok());
  CHECK(report.error().message.find("do not add up") != std::string::npos);
  CHECK(folder.names() == nothing_new);
}

TEST_CASE("dead letters are in input order, whichever step found them") {
  Folder folder;
  folder.write("in.ndjson", "{\"n\":1}\nbad\n{\"n\":3}\n{\"n\":4}\nbad\n");
  Scripted scripts([](Batch& batch) -> Status {
    DeadRecord why;
    why.step = 2;
    why.kind = "exception";
    batch.kill(batch.records[2], why);
    return {};
  });
  JobConfig config = job(folder);
  config.dead_letter.file = folder / "dead.ndjson";
  config.dead_letter.max_errors = {};
  const auto report = run(config, 2, scripts, false);
  REQUIRE(report.ok());
  CHECK(report->tally.counts.dead == 3);
  CHECK(report->outputs.size() == 2);
  std::vector<std::size_t> lines;
  const std::string dead = folder.read("dead.ndjson");
  for (std::size_t at = 0; (at = dead.find("\"line\":", at)) != std::string::npos; ++at) {
    lines.push_back(std::stoul(dead.substr(at + 7)));
  }
  CHECK(lines.size() == 3);
  CHECK(std::is_sorted(lines.begin(), lines.end()));
}

// --- jobs without scripts, which a crew moves
// -----------------------------------------------------

namespace {

/// The step drop alone.
JobConfig native_job(const Folder& folder) {
  JobConfig config = job(folder);
  config.steps.resize(1);
  return config;
}

Result<RunReport> run_native(const JobConfig& config, unsigned threads, RunObserver& observer,
                             const std::atomic<bool>& stop = false) {
  const auto os = make_os();
  Pool pool(threads);
  auto report = run_job(config, *os, pool, nullptr, observer, stop);
  if (report && report->state) report->state->retire();
  return report;
}

/// Sees to it that no two threads tell something at a time, and that what they tell only grows.
class Watch final : public RunObserver {
 public:
  void progress(const RunProgress& now) override {
    CHECK(++tellers_ == 1);
    CHECK(now.counts.read >= last.counts.read);
    CHECK(now.bytes_read >= last.bytes_read);
    CHECK(now.bytes_read <= now.bytes_total);
    last = now;
    threads.insert(std::this_thread::get_id());
    if (last.counts.read >= stop_behind) stop = true;
    --tellers_;
  }

  RunProgress last;
  std::set<std::thread::id> threads;
  std::uint64_t stop_behind = ~std::uint64_t{0};
  std::atomic<bool> stop = false;

 private:
  std::atomic<int> tellers_ = 0;
};

}  // namespace

TEST_CASE("without scripts every thread moves batches, and the receipt is true of the files") {
  Folder folder;
  folder.write("a.ndjson", numbers(many));
  folder.write("b.ndjson", "bad\n" + numbers(many) + "bad\n");
  for (const unsigned threads : {2U, 3U, 5U}) {
    CAPTURE(threads);
    JobConfig config = native_job(folder);
    config.source.files = {folder / "a.ndjson", folder / "b.ndjson"};
    config.sink.files = folder / "out-{stem}.ndjson";
    config.sink.existing = Existing::replace;
    config.dead_letter.file = folder / "dead.ndjson";
    config.dead_letter.max_errors = {};
    Watch watch;
    const auto report = run_native(config, threads, watch);
    REQUIRE(report.ok());
    CHECK(report->outcome == Outcome::done);
    CHECK(report->tally.counts.written == 2 * many);
    CHECK(report->tally.counts.dead == 2);
    CHECK(report->tally.counts == watch.last.counts);
    CHECK(watch.last.bytes_read == watch.last.bytes_total);
    CHECK(watch.threads.size() > 1);
    CHECK(folder.read("out-a.ndjson") == without_drop(many));
    CHECK(folder.read("out-b.ndjson") == without_drop(many));
    const auto receipt = read_receipt(folder.read("job.receipt.json"));
    REQUIRE(receipt.ok());
    CHECK(verify(*receipt, *make_os()).empty());
  }
}

TEST_CASE("a crew that is stopped keeps all that it has read, and the next one goes on there") {
  Folder folder;
  folder.write("in.ndjson", numbers(many));
  Watch watch;
  watch.stop_behind = many / 2;
  const auto stopped = run_native(native_job(folder), 3, watch, watch.stop);
  REQUIRE(stopped.ok());
  CHECK(stopped->outcome == Outcome::stopped);
  CHECK(stopped->resumable);
  CHECK(stopped->tally.counts.read >= many / 2);
  CHECK(stopped->tally.counts.read < many);
  Watch rest;
  const auto done = run_native(native_job(folder), 3, rest);
  REQUIRE(done.ok());
  CHECK(done->tally.counts.written == many);
  CHECK(folder.read("out.ndjson") == without_drop(many));
}

TEST_CASE("a crew with more dead records than the job bears ends early and publishes nothing") {
  Folder folder;
  folder.write("in.ndjson", numbers(many / 10) + "bad\n" + numbers(many));
  Watch watch;
  const auto report = run_native(native_job(folder), 3, watch);
  REQUIRE(report.ok());
  CHECK(report->outcome == Outcome::over_budget);
  CHECK(report->tally.counts.dead == 1);
  CHECK(report->tally.counts.read < many);
  CHECK(folder.names() == std::vector<std::string>{"in.ndjson", "script.py"});

  JobConfig share = native_job(folder);
  share.dead_letter.max_errors = {};
  share.dead_letter.max_errors.share = 1e-9;
  Watch other;
  const auto at_end = run_native(share, 3, other);
  REQUIRE(at_end.ok());
  CHECK(at_end->outcome == Outcome::over_budget);
}
