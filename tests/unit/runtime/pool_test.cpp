#include "host/runtime/pool.h"

#include <atomic>
#include <set>
#include <stdexcept>

#include <doctest/doctest.h>

using namespace adyton;

TEST_CASE("what was submitted is run before the pool is gone") {
  std::atomic<int> ran = 0;
  {
    Pool pool(3);
    for (int i = 0; i < 1000; ++i) pool.submit([&] { ++ran; });
  }
  CHECK(ran == 1000);
}

TEST_CASE("for_each calls each index once and returns when all are done") {
  Pool pool(2);
  for (const std::size_t count : {0UL, 1UL, 2UL, 1000UL}) {
    std::vector<std::atomic<int>> calls(count);
    pool.for_each(count, [&](std::size_t i) { ++calls[i]; });
    for (const auto& n : calls) CHECK(n == 1);
  }
}

TEST_CASE("for_each from two threads at once does not mix them up") {
  Pool pool(2);
  std::atomic<int> sum = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) pool.for_each(50, [&](std::size_t) { ++sum; });
  });
  for (int i = 0; i < 100; ++i) pool.for_each(50, [&](std::size_t) { ++sum; });
  other.join();
  CHECK(sum == 10000);
}

TEST_CASE("for_each throws what a call threw, when all are done") {
  Pool pool(3);
  std::atomic<int> calls = 0;
  const auto body = [&](std::size_t i) {
    ++calls;
    if (i % 10 == 5) throw std::runtime_error("no memory");
  };
  CHECK_THROWS_WITH(pool.for_each(100, body), "no memory");
  CHECK(calls == 100);
}

TEST_CASE("a pool has the threads it was asked for, one at least") {
  CHECK(Pool(3).size() == 3);
  CHECK(Pool(0).size() == 1);
  CHECK(Pool::cores() >= 1);
}
