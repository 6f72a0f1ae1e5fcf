#include "host/cli/sealing.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

using adyton::cli::Threads;

TEST_CASE("as many threads as were asked for work at a time, the caller among them") {
  for (const unsigned count : {1U, 2U, 3U}) {
    Threads threads(count);
    std::atomic<unsigned> begun = 0;
    std::atomic<bool> together = true;
    // For each other they wait only so long.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    threads.executor()(count, [&](std::size_t) {
      ++begun;
      while (begun < count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      if (begun < count) together = false;
    });
    CHECK(together);
  }
}
