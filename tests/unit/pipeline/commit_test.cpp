// The commit protocol of docs/commit.md, on a disk that fails and forgets.

#include <set>

#include <doctest/doctest.h>

#include "host/pipeline/manifest.h"
#include "host/pipeline/run.h"
#include "host/pipeline/steps/spec.h"
#include "modules/crypto/age/age.h"
#include "modules/crypto/age/header.h"
#include "tests/unit/pipeline/fragile_disk.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::FragileDisk;
using Fault = FragileDisk::Fault;

namespace age = adyton::crypto::age;

namespace {

class Silent final : public RunObserver {
 public:
  void progress(const RunProgress&) override {}
};

constexpr std::size_t lines_a = 900;
constexpr std::size_t lines_b = 500;

std::string line(std::string_view file, std::size_t i) {
  return cat("{\"id\":\"", file, i, "\",\"drop\":\"xxxxxxxxxxxxxxxxxxxx\"}\n");
}

/// Two inputs with a broken line here and there, and an empty one between them.
FragileDisk disk_with_inputs() {
  FragileDisk disk;
  std::string a;
  std::string b;
  for (std::size_t i = 0; i < lines_a; ++i) a += i % 100 == 7 ? "broken\n" : line("a", i);
  for (std::size_t i = 0; i < lines_b; ++i) b += i % 100 == 9 ? "broken\n" : line("b", i);
  disk.put("in/a.ndjson", a);
  disk.put("in/empty.ndjson", "");
  disk.put("in/z.ndjson", b);
  return disk;
}

JobConfig job(std::string sink) {
  JobConfig config;
  config.path = "job.toml";
  config.name = "j";
  config.commit_every = 1;  // after every batch
  config.source.files = {"in/a.ndjson", "in/empty.ndjson", "in/z.ndjson"};
  config.sink.files = std::move(sink);
  config.dead_letter.file = "out/dead.ndjson";
  StepConfig drop{.use = "drop", .at = {}, .options = {}, .places = {}};
  drop.options["fields"] = std::vector{*json::Pointer::parse("/drop")};
  drop.options["missing"] = std::string("skip");
  config.steps = {drop};
  return config;
}

/// Who opens what is sealed here.
const age::Identity& owner() {
  static const age::Identity identity = age::Identity::generate();
  return identity;
}

/// Its outputs are sealed; they have the names of job()'s, and .age behind them.
JobConfig sealed_job(const std::string& sink) {
  JobConfig config = job(sink + ".age");
  config.sink.recipients = {owner().recipient()};
  return config;
}

/// Jobs that make one output or several, in the clear and sealed.
std::vector<JobConfig> jobs() {
  std::vector<JobConfig> all;
  for (const char* sink : {"out/all.ndjson", "out/{stem}.ndjson"}) {
    all.push_back(job(sink));
    all.push_back(sealed_job(sink));
  }
  return all;
}

/// The text of a sealed file.
std::string opened(std::string_view sealed) {
  auto text = age::open(sealed, age::Identities(owner().clone()));
  return text ? *std::move(text) : cat("(", text.error().message, ")");
}

/// Runs jobs on so many threads. They have no scripts: with more than one thread a crew moves the
/// batches.
class Runner {
 public:
  explicit Runner(unsigned threads) : pool_(threads) {}

  Result<RunReport> operator()(const JobConfig& config, FragileDisk& disk,
                               Start start = Start::resume) {
    Silent observer;
    return watched(config, disk, observer, false, start);
  }

  Result<RunReport> watched(const JobConfig& config, FragileDisk& disk, RunObserver& observer,
                            const std::atomic<bool>& stop, Start start = Start::resume) {
    auto report =
        run_job(config, disk, pool_, nullptr, observer, stop, {.start = start, .versions = {}});
    if (report && report->state) {
      if (Status cleared = report->state->clear(); !cleared) report = std::move(cleared).error();
    }
    if (report) report->state.reset();
    disk.kill();
    return report;
  }

 private:
  Pool pool_;
};

/// What every test is run with.
unsigned threads() {
  unsigned count = 1;
  SUBCASE("one thread") {
    count = 1;
  }
  SUBCASE("a crew of two") {
    count = 2;
  }
  SUBCASE("a crew of three") {
    count = 3;
  }
  return count;
}

std::string why(const Result<RunReport>& report) {
  return report ? std::string("done") : report.error().text();
}

using Files = std::map<std::string, std::string>;

/// What lies in out/, sealed files opened, with what a run left there to go on.
Files made(const FragileDisk& disk) {
  Files files;
  for (const std::string& name : disk.files()) {
    // The last clean-up may have come as far as the lock.
    if (!name.starts_with("out/") || name.ends_with("/lock")) continue;
    files[name] = name.ends_with(".age") ? opened(*disk.get(name)) : *disk.get(name);
    // The receipt tells how often a run was taken up.
    if (name.ends_with(".receipt.json")) files[name] = files[name].empty() ? "empty" : "receipt";
  }
  return files;
}

/// What one thread makes.
Files undisturbed(const JobConfig& config) {
  FragileDisk disk = disk_with_inputs();
  const auto report = Runner(1)(config, disk);
  REQUIRE_MESSAGE(report.ok(), why(report));
  CHECK(report->tally.counts.read == lines_a + lines_b);
  CHECK(report->tally.counts.dead == 14);
  return made(disk);
}

std::uint64_t operations_of(const JobConfig& config) {
  FragileDisk disk = disk_with_inputs();
  REQUIRE(Runner(1)(config, disk).ok());
  return disk.operations();
}

}  // namespace

TEST_CASE("however many threads, a run makes the same files by the same steps") {
  for (const JobConfig& config : jobs()) {
    for (const unsigned count : {2U, 3U, 7U}) {
      FragileDisk disk = disk_with_inputs();
      REQUIRE(Runner(count)(config, disk).ok());
      CHECK(made(disk) == undisturbed(config));
      CHECK(disk.operations() == operations_of(config));
    }
  }
}

TEST_CASE("a run leaves its outputs and nothing else") {
  const Files files = undisturbed(job("out/{stem}.ndjson"));
  REQUIRE(files.size() == 5);
  CHECK(files.at("out/j.receipt.json") == "receipt");
  CHECK(files.at("out/empty.ndjson").empty());
  CHECK(files.at("out/a.ndjson").starts_with("{\"id\":\"a0\"}\n"));
  CHECK(files.contains("out/dead.ndjson"));
}

TEST_CASE("whenever the power goes, running again gives every record once, in order") {
  Runner run(threads());
  for (const JobConfig& config : jobs()) {
    CAPTURE(config.sink.files);
    const Files expected = undisturbed(config);
    const std::uint64_t operations = operations_of(config);
    std::uint64_t resumed = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      FragileDisk disk = disk_with_inputs();
      // Some runs lose power several times, also while they recover.
      for (std::uint64_t cuts = 1 + random() % 3; cuts > 0; --cuts) {
        disk.plan(Fault::power, 1 + random() % operations);
        const auto cut = run(config, disk);
        disk.reboot(random());
        if (cut || made(disk) == expected) break;  // the power went behind the end
        for (const std::string& name : disk.files()) resumed += name.ends_with("manifest.a");
      }
      if (made(disk) != expected) {
        const auto report = run(config, disk);
        REQUIRE_MESSAGE(report.ok(), why(report));
        CHECK(report->tally.counts.read == lines_a + lines_b);
      }
      CHECK(made(disk) == expected);
    }
    // One sealed output is committed only when it is whole: while it is published.
    CHECK(resumed > (config.sink.seals() ? 20 : 100));
  }
}

TEST_CASE("whichever operation fails, nothing half is published, and running again completes") {
  Runner run(threads());
  for (const JobConfig& config : jobs()) {
    CAPTURE(config.sink.files);
    const Files expected = undisturbed(config);
    const std::uint64_t operations = operations_of(config);
    for (const Fault fault : {Fault::no_space, Fault::io_error}) {
      for (std::uint64_t n = 1; n <= operations; ++n) {
        CAPTURE(n);
        FragileDisk disk = disk_with_inputs();
        disk.plan(fault, n);
        const auto failed = run(config, disk);
        // Published is a file only as a whole.
        for (const auto& [name, content] : made(disk)) {
          if (expected.contains(name)) CHECK(content == expected.at(name));
        }
        if (failed) {
          // An operation whose failure loses nothing: taking the empty state folder away.
          CHECK(n > operations - 3);
        } else {
          CHECK(failed.error().message.find(fault == Fault::no_space ? "No space" : "error") !=
                std::string::npos);
        }
        disk.plan(Fault::none, 0);
        // What a failed sync left in memory is not on the disk: only what is written again counts.
        if (made(disk) != expected) {
          const auto again = run(config, disk);
          REQUIRE_MESSAGE(again.ok(), why(again));
        }
        disk.reboot(n);
        for (const auto& [name, content] : expected) CHECK(made(disk)[name] == content);
      }
    }
  }
}

TEST_CASE("sealed, the outputs hold what they hold in the clear") {
  Files plain = undisturbed(job("out/{stem}.ndjson"));
  const Files sealed = undisturbed(sealed_job("out/{stem}.ndjson"));
  REQUIRE(sealed.size() == plain.size());
  for (const char* name : {"out/a.ndjson", "out/empty.ndjson", "out/z.ndjson"}) {
    CHECK(sealed.at(cat(name, ".age")) == plain.at(name));
  }
  CHECK(sealed.at("out/dead.ndjson").find("broken") == std::string::npos);
}

TEST_CASE("no commit speaks of a sealed output that is not whole") {
  Runner run(threads());
  for (const char* sink : {"out/all.ndjson", "out/{stem}.ndjson"}) {
    const JobConfig config = sealed_job(sink);
    const std::uint64_t operations = operations_of(config);
    std::set<std::uint32_t> places;  // the inputs up to which commits went
    for (std::uint64_t n = 1; n <= operations; ++n) {
      CAPTURE(n);
      FragileDisk disk = disk_with_inputs();
      disk.plan(Fault::power, n);
      (void)run(config, disk);
      for (const char* name : {"out/.adyton/j/manifest.a", "out/.adyton/j/manifest.b"}) {
        const auto text = disk.get(name);
        const auto manifest = decode_manifest(text.value_or(""));
        if (!manifest) continue;
        places.insert(manifest->position.input);
        for (const OutputMark& mark : manifest->outputs) {
          CHECK(mark.stage != OutputMark::Stage::open);
          if (mark.stage != OutputMark::Stage::closed) continue;
          const auto pending = disk.get(cat("out/.", mark.path.substr(4), ".j.adyton-tmp"));
          const auto published = disk.get(mark.path);
          const std::string& file = pending ? *pending : published.value();
          CHECK(file.size() == mark.length);
          CHECK(opened(file).find("decryption failed") == std::string::npos);
        }
      }
    }
    CHECK(places.contains(2));
    // Between two inputs, where each has an output.
    CHECK(places.contains(0) == (config.sink.files.find('{') != std::string::npos));
  }
}

TEST_CASE("a sealed output that was begun and not finished is begun anew, under another file key") {
  Runner run(threads());
  const JobConfig config = sealed_job("out/{stem}.ndjson");
  const Files expected = undisturbed(config);
  const auto file_key = [](std::string_view sealed) {
    const auto read = age::read_header(age::source_of(sealed));
    if (!read) return std::string();
    return std::string(
        as_text(age::open_header(read->header, age::Identities(owner().clone()))->bytes()));
  };
  int compared = 0;
  for (std::uint64_t n = 1; n <= operations_of(config); ++n) {
    CAPTURE(n);
    FragileDisk disk = disk_with_inputs();
    disk.plan(Fault::power, n);
    (void)run(config, disk);
    const auto begun = disk.get("out/.z.ndjson.age.j.adyton-tmp");
    if (!begun || !opened(*begun).starts_with("(")) continue;
    const std::string key = file_key(*begun);
    if (key.empty()) continue;
    // Killed, not powered off: what was written is there.
    disk.plan(Fault::none, 0);
    REQUIRE(run(config, disk).ok());
    CHECK(made(disk) == expected);
    CHECK(file_key(*disk.get("out/z.ndjson.age")) != key);
    ++compared;
  }
  CHECK(compared > 0);
}

TEST_CASE("a long sealed output is never published in part, and never continued") {
  Runner run(threads());
  JobConfig config = sealed_job("out/{stem}.ndjson");
  config.commit_every = 256 << 10;
  const auto long_inputs = [] {
    FragileDisk disk = disk_with_inputs();
    std::string text;
    for (std::size_t i = 0; text.size() < 5 << 20; ++i) text += line("l", i * 7919);
    disk.put("in/a.ndjson", text + "broken\n");
    return disk;
  };
  FragileDisk whole = long_inputs();
  REQUIRE(run(config, whole).ok());
  const Files expected = made(whole);
  CHECK(expected.at("out/a.ndjson.age").size() > 1 << 20);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    FragileDisk disk = long_inputs();
    disk.plan(seed % 2 == 0 ? Fault::power : Fault::no_space, 1 + random() % whole.operations());
    (void)run(config, disk);
    disk.reboot(random());
    for (const auto& [name, content] : made(disk)) {
      if (name.ends_with(".age")) CHECK(content == expected.at(name));
    }
    if (made(disk) == expected) continue;
    const auto report = run(config, disk);
    REQUIRE_MESSAGE(report.ok(), why(report));
    CHECK(made(disk) == expected);
  }
}

TEST_CASE("a damaged manifest is noticed, whatever the damage, and never costs an output") {
  Runner run(threads());
  const JobConfig config = job("out/all.ndjson");
  FragileDisk disk = disk_with_inputs();
  disk.plan(Fault::no_space, operations_of(config) / 2);
  REQUIRE_FALSE(run(config, disk).ok());
  REQUIRE(disk.get("out/.adyton/j/manifest.a"));
  REQUIRE(disk.get("out/.adyton/j/manifest.b"));
  const std::string a = *disk.get("out/.adyton/j/manifest.a");

  SUBCASE("every truncation and every changed bit") {
    for (std::size_t length = 0; length < a.size(); ++length) {
      CHECK_FALSE(decode_manifest(a.substr(0, length)).ok());
    }
    for (std::size_t bit = 0; bit < a.size() * 8; ++bit) {
      std::string damaged = a;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      CHECK_FALSE(decode_manifest(damaged).ok());
    }
    CHECK_FALSE(decode_manifest(a + "x").ok());
    CHECK_FALSE(decode_manifest(a + a).ok());
    CHECK(decode_manifest(a).ok());
  }
  SUBCASE("one damaged: the other generation is taken up") {
    for (const char* name : {"out/.adyton/j/manifest.a", "out/.adyton/j/manifest.b"}) {
      FragileDisk copy = disk_with_inputs();
      for (const std::string& file : disk.files()) copy.put(file, *disk.get(file));
      copy.put(name, "rubbish");
      REQUIRE(run(config, copy).ok());
      CHECK(made(copy) == undisturbed(config));
    }
  }
  SUBCASE("both damaged: refused, until a restart is asked for; the old output stays till then") {
    disk.put("out/.adyton/j/manifest.a", "");
    disk.put("out/.adyton/j/manifest.b", a.substr(0, a.size() - 2));
    const auto refused = run(config, disk);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find("damaged") != std::string::npos);
    CHECK(refused.error().message.find("--restart") != std::string::npos);
    REQUIRE(run(config, disk, Start::anew).ok());
    CHECK(made(disk) == undisturbed(config));
  }
}

TEST_CASE("while outputs get their names, one damaged manifest costs nothing") {
  Runner run(threads());
  const JobConfig config = job("out/{stem}.ndjson");
  const Files expected = undisturbed(config);
  for (const char* damaged : {"out/.adyton/j/manifest.a", "out/.adyton/j/manifest.b"}) {
    FragileDisk disk = disk_with_inputs();
    std::uint64_t operation = operations_of(config);
    // The last moment at which some outputs have their names and some have not.
    do {
      REQUIRE(operation > 0);
      disk = disk_with_inputs();
      disk.plan(Fault::io_error, operation--);
      (void)run(config, disk);
      disk.plan(Fault::none, 0);
    } while (!disk.get("out/a.ndjson") || disk.get("out/z.ndjson"));
    disk.put(damaged, "rubbish");
    const auto report = run(config, disk);
    REQUIRE_MESSAGE(report.ok(), why(report));
    CHECK(made(disk) == expected);
  }
}

TEST_CASE("a run is not taken up by a job, a script or an input that has changed") {
  Runner run(threads());
  JobConfig config = job("out/all.ndjson");
  config.text = "the job";
  FragileDisk disk = disk_with_inputs();
  disk.plan(Fault::no_space, operations_of(config) / 2);
  REQUIRE_FALSE(run(config, disk).ok());
  disk.plan(Fault::none, 0);
  const std::string input = *disk.get("in/z.ndjson");

  JobConfig other = config;
  other.text = "another job";
  CHECK(why(run(other, disk)).find("the job file has changed") != std::string::npos);
  disk.put("in/z.ndjson", input + "{}\n");
  CHECK(why(run(config, disk)).find("in/z.ndjson has changed") != std::string::npos);
  disk.put("in/z.ndjson", input);
  other = config;
  other.source.files.pop_back();
  CHECK(why(run(other, disk)).find("in/z.ndjson is gone") != std::string::npos);
  disk.put("in/zz.ndjson", "{}\n");
  other = config;
  other.source.files.push_back("in/zz.ndjson");
  CHECK(why(run(other, disk)).find("in/zz.ndjson is new") != std::string::npos);

  REQUIRE(run(config, disk).ok());
  CHECK(made(disk) == undisturbed(config));
}

TEST_CASE("a restart throws away what a stopped run has done") {
  Runner run(threads());
  const JobConfig config = job("out/{stem}.ndjson");
  FragileDisk disk = disk_with_inputs();
  disk.plan(Fault::no_space, operations_of(config) * 3 / 4);
  REQUIRE_FALSE(run(config, disk).ok());
  disk.plan(Fault::none, 0);
  disk.put("in/z.ndjson", "{}\n");
  REQUIRE(run(config, disk, Start::anew).ok());
  CHECK(*disk.get("out/z.ndjson") == "{}\n");
  CHECK(made(disk).size() == undisturbed(config).size());
}

TEST_CASE("a stopped run keeps what is through, and the next one goes on there") {
  Runner run(threads());
  const JobConfig config = job("out/all.ndjson");
  FragileDisk disk = disk_with_inputs();
  Silent silent;
  const auto stopped = run.watched(config, disk, silent, true);
  REQUIRE(stopped.ok());
  CHECK(stopped->outcome == Outcome::stopped);
  CHECK_FALSE(stopped->resumable);  // before its first record
  CHECK(made(disk).empty());

  std::atomic<bool> stop = false;
  class StopAfter final : public RunObserver {
   public:
    StopAfter(std::atomic<bool>& flag, int batches) : stop(flag), left(batches) {}
    void progress(const RunProgress&) override {
      if (--left == 0) stop = true;
    }
    std::atomic<bool>& stop;
    int left;
  };
  StopAfter observer(stop, 4);
  const auto again = run.watched(config, disk, observer, stop);
  REQUIRE(again.ok());
  CHECK(again->outcome == Outcome::stopped);
  CHECK(again->resumable);
  CHECK_FALSE(disk.get("out/all.ndjson"));
  REQUIRE(run(config, disk).ok());
  CHECK(made(disk) == undisturbed(config));
}

TEST_CASE("a stopped run that seals keeps the outputs that are whole, and no other") {
  Runner run(threads());
  class StopAt final : public RunObserver {
   public:
    StopAt(std::atomic<bool>& flag, std::uint64_t records) : stop(flag), at(records) {}
    void progress(const RunProgress& now) override {
      if (now.counts.read >= at) stop = true;
    }
    void resumed(const Tally& so_far) override { taken_up = so_far.counts.read; }
    std::atomic<bool>& stop;
    std::uint64_t at;
    std::uint64_t taken_up = 0;
  };
  const auto stopped_at = [&](const JobConfig& config, std::uint64_t records) {
    FragileDisk disk = disk_with_inputs();
    std::atomic<bool> stop = false;
    StopAt observer(stop, records);
    const auto report = run.watched(config, disk, observer, stop);
    REQUIRE(report.ok());
    CHECK(report->outcome == Outcome::stopped);
    CHECK(made(disk).contains("out/.adyton/j/manifest.b") == report->resumable);
    StopAt again(stop, ~std::uint64_t{0});
    stop = false;
    REQUIRE(run.watched(config, disk, again, stop).ok());
    CHECK(made(disk) == undisturbed(config));
    CHECK((again.taken_up > 0) == report->resumable);
    return again.taken_up;
  };
  JobConfig each = sealed_job("out/{stem}.ndjson");
  CHECK(stopped_at(each, 100) == 0);
  CHECK(stopped_at(each, lines_a + 100) == lines_a);
  CHECK(stopped_at(sealed_job("out/all.ndjson"), lines_a + 100) == 0);
}

TEST_CASE("one run of a job at a time") {
  const JobConfig config = job("out/all.ndjson");
  FragileDisk disk = disk_with_inputs();
  const auto lock = disk.create("out/.adyton/j/lock", Existing::replace);
  Pool pool(2);
  Silent observer;
  const auto second = run_job(config, disk, pool, nullptr, observer, false);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().message.find("one run of a job at a time") != std::string::npos);
}

TEST_CASE("an output that came while the job ran is kept, and the run's work with it") {
  Runner run(threads());
  const JobConfig config = job("out/all.ndjson");
  FragileDisk disk = disk_with_inputs();
  class Intruder final : public RunObserver {
   public:
    explicit Intruder(FragileDisk& there) : disk(there) {}
    void progress(const RunProgress&) override { disk.put("out/all.ndjson", "theirs"); }
    FragileDisk& disk;
  };
  Intruder observer(disk);
  REQUIRE_FALSE(run.watched(config, disk, observer, false).ok());
  CHECK(*disk.get("out/all.ndjson") == "theirs");
  REQUIRE_FALSE(run(config, disk).ok());
  CHECK(*disk.get("out/all.ndjson") == "theirs");
  REQUIRE(disk.remove("out/all.ndjson").ok());
  REQUIRE(run(config, disk).ok());
  CHECK(made(disk) == undisturbed(config));
}

TEST_CASE("an output is closed when its last input is through") {
  Runner run(threads());
  const JobConfig config = job("out/{stem}.ndjson");
  FragileDisk disk = disk_with_inputs();
  class Counting final : public RunObserver {
   public:
    explicit Counting(FragileDisk& there) : disk(there) {}
    void progress(const RunProgress&) override { most = std::max(most, disk.held()); }
    FragileDisk& disk;
    std::size_t most = 0;
  };
  Counting observer(disk);
  REQUIRE(run.watched(config, disk, observer, false).ok());
  CHECK(observer.most == 3);  // the lock, an output, the dead letters
}
