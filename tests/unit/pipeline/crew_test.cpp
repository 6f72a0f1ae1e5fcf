#include "host/pipeline/crew.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace adyton;
using namespace adyton::pipeline;
using namespace std::chrono_literals;

namespace {

/// Work on so many batches that says what happened to them.
struct Site {
  std::uint64_t count;
  std::uint64_t read = 0;
  std::atomic<int> readers = 0;
  std::atomic<int> writers = 0;
  std::atomic<bool> crowded = false;  // two read at a time, or two wrote
  std::vector<std::uint64_t> written = {};
  std::mutex mutex = {};
  std::set<std::thread::id> threads = {};

  CrewWork work() {
    return {
        .read = [this] { return read_one(); },
        .process = [](Batch& batch) -> Result<EncodedBatch> {
          // Later ones are done sooner.
          std::this_thread::sleep_for(
              std::chrono::microseconds(batch.sequence % 3 == 0 ? 900 : 50));
          EncodedBatch encoded;
          encoded.own = std::to_string(batch.sequence);
          return encoded;
        },
        .write = [this](Batch& batch, EncodedBatch& encoded) { return write_one(batch, encoded); }};
  }

  Result<std::optional<Batch>> read_one() {
    if (++readers > 1) crowded = true;
    std::optional<Batch> batch;
    if (read < count) {
      batch.emplace();
      batch->sequence = read++;
    }
    std::this_thread::sleep_for(20us);
    --readers;
    return batch;
  }

  Result<Further> write_one(Batch& batch, const EncodedBatch& encoded) {
    if (++writers > 1) crowded = true;
    CHECK(encoded.own == std::to_string(batch.sequence));
    written.push_back(batch.sequence);
    threads.insert(std::this_thread::get_id());
    std::this_thread::sleep_for(20us);
    --writers;
    return Further::yes;
  }

  bool in_order() const {
    for (std::uint64_t i = 0; i < written.size(); ++i) {
      if (written[i] != i) return false;
    }
    return true;
  }
};

Error oops() {
  return {ErrorCode::io, "oops"};
}

}  // namespace

TEST_CASE("every batch is written once, in order, whoever is done first") {
  Pool pool(3);
  Site site{.count = 300};
  REQUIRE(move_in_crew(pool, site.work()).ok());
  CHECK(site.written.size() == 300);
  CHECK(site.in_order());
  CHECK_FALSE(site.crowded);
  CHECK(site.threads.size() > 1);
}

TEST_CASE("nothing to read is nothing to do") {
  Pool pool(2);
  Site site{.count = 0};
  CHECK(move_in_crew(pool, site.work()).ok());
  CHECK(site.written.empty());
}

TEST_CASE("an error ends the work: all before it is written, nothing behind it") {
  Pool pool(3);
  for (const char* where : {"read", "process", "write"}) {
    CAPTURE(where);
    Site site{.count = 300};
    CrewWork work = site.work();
    const std::string failing = where;
    const CrewWork sound = work;
    if (failing == "read") {
      work.read = [&]() -> Result<std::optional<Batch>> {
        if (site.read == 40) return oops();
        return sound.read();
      };
    } else if (failing == "process") {
      work.process = [&](Batch& batch) -> Result<EncodedBatch> {
        if (batch.sequence == 40) return oops();
        return sound.process(batch);
      };
    } else {
      work.write = [&](Batch& batch, EncodedBatch& encoded) -> Result<Further> {
        if (batch.sequence == 40) return oops();
        return sound.write(batch, encoded);
      };
    }
    const Status status = move_in_crew(pool, work);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == "oops");
    CHECK(site.in_order());
    CHECK(site.written.size() == 40);
    CHECK(site.read <= 40 + 3);
  }
}

TEST_CASE("when the writer wants no further, nothing behind is written and reading ends") {
  Pool pool(3);
  Site site{.count = 300};
  CrewWork work = site.work();
  const CrewWork sound = work;
  work.write = [&](Batch& batch, EncodedBatch& encoded) -> Result<Further> {
    auto further = sound.write(batch, encoded);
    return batch.sequence == 40 ? Further::no : *further;
  };
  CHECK(move_in_crew(pool, work).ok());
  CHECK(site.in_order());
  CHECK(site.written.size() == 41);
  CHECK(site.read <= 41 + 3);
}

TEST_CASE("of several errors the first batch's counts, whichever comes to light first") {
  Pool pool(3);
  Site site{.count = 300};
  CrewWork work = site.work();
  work.process = [](Batch& batch) -> Result<EncodedBatch> {
    // The last of these is found at once.
    if (batch.sequence >= 20) {
      std::this_thread::sleep_for(2ms * (22 - std::min<std::uint64_t>(batch.sequence, 22)));
      return Error{ErrorCode::io, std::to_string(batch.sequence)};
    }
    EncodedBatch encoded;
    encoded.own = std::to_string(batch.sequence);
    return encoded;
  };
  const Status status = move_in_crew(pool, work);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message == "20");
  CHECK(site.written.size() == 20);
  CHECK(site.in_order());
}
