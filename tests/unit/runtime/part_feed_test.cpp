#include "host/runtime/part_feed.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace adyton;

TEST_CASE("a feed does each part once, and finish() returns when all are done") {
  for (const unsigned threads : {1U, 2U, 4U}) {
    Pool pool(threads);
    for (const std::size_t count : {0UL, 1UL, 2UL, 1000UL}) {
      std::vector<std::atomic<int>> calls(count);
      PartFeed feed(pool, [&](Part part) { ++calls[part.begin]; });
      for (std::size_t i = 0; i < count; ++i) feed.add({i, i + 1});
      feed.finish();
      for (const auto& n : calls) CHECK(n == 1);
    }
  }
}

TEST_CASE("a part is done while the caller still prepares the next") {
  Pool pool(2);
  std::latch done(1);
  PartFeed feed(pool, [&](Part) { done.count_down(); });
  feed.add({0, 1});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done.try_wait() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(done.try_wait());
  feed.finish();
}

TEST_CASE("a pool of one thread leaves the parts to finish()") {
  Pool pool(1);
  std::vector<std::thread::id> threads;
  PartFeed feed(pool, [&](Part) { threads.push_back(std::this_thread::get_id()); });
  for (std::size_t i = 0; i < 3; ++i) feed.add({i, i + 1});
  feed.finish();
  CHECK(threads == std::vector(3, std::this_thread::get_id()));
}

TEST_CASE("the caller does parts between two that it adds, in their order") {
  Pool pool(1);
  std::vector<std::size_t> done;
  PartFeed feed(pool, [&](Part part) { done.push_back(part.begin); });
  CHECK_FALSE(feed.do_next());
  CHECK(feed.add({0, 5}) == 1);
  CHECK(feed.add({5, 7}) == 2);
  const auto part = feed.do_next();
  REQUIRE(part);
  CHECK(part->begin == 0);
  CHECK(part->end == 5);
  CHECK(done == std::vector<std::size_t>{0});
  CHECK(feed.add({7, 9}) == 2);
  feed.finish();
  CHECK(done == std::vector<std::size_t>{0, 5, 7});
  CHECK_FALSE(feed.do_next());
}

TEST_CASE("what a part threw in do_next() is thrown by finish(), and no part is begun after it") {
  Pool pool(1);
  int calls = 0;
  PartFeed feed(pool, [&](Part) {
    ++calls;
    throw std::runtime_error("no memory");
  });
  feed.add({0, 1});
  feed.add({1, 2});
  CHECK(feed.do_next());
  CHECK(feed.add({2, 3}) == 0);
  CHECK_FALSE(feed.do_next());
  CHECK_THROWS_WITH(feed.finish(), "no memory");
  CHECK(calls == 1);
}

TEST_CASE("as many threads work at a time as the pool has, the caller among them") {
  Pool pool(3);
  std::atomic<int> at_work = 0;
  std::atomic<int> most = 0;
  PartFeed feed(pool, [&](Part) {
    const int now = ++at_work;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --at_work;
  });
  for (std::size_t i = 0; i < 100; ++i) feed.add({i, i + 1});
  feed.finish();
  CHECK(most == 3);
}

TEST_CASE("the end of a feed waits for the part under way, and no other is begun after it") {
  Pool pool(2);
  std::atomic<int> begun = 0;
  std::atomic<int> done = 0;
  std::latch first(1);
  std::latch gate(1);
  std::thread opener;
  {
    PartFeed feed(pool, [&](Part) {
      if (++begun == 1) first.count_down();
      gate.wait();
      ++done;
    });
    for (std::size_t i = 0; i < 1000; ++i) feed.add({i, i + 1});
    first.wait();
    opener = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      gate.count_down();
    });
  }
  const int done_at_end = done;
  CHECK(done_at_end == begun);
  CHECK(done_at_end >= 1);
  CHECK(done_at_end < 1000);
  opener.join();
  pool.for_each(2, [](std::size_t) {});
  CHECK(begun == done_at_end);
}

TEST_CASE("finish() throws what a part threw, and the parts after it are dropped") {
  for (const unsigned threads : {1U, 3U}) {
    Pool pool(threads);
    std::atomic<int> calls = 0;
    PartFeed feed(pool, [&](Part part) {
      ++calls;
      if (part.begin == 2) throw std::runtime_error("no memory");
    });
    for (std::size_t i = 0; i < 1000; ++i) feed.add({i, i + 1});
    CHECK_THROWS_WITH(feed.finish(), "no memory");
    if (threads == 1) CHECK(calls == 3);
  }
}
