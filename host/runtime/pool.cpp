#include "host/runtime/pool.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <new>

#include <sched.h>

namespace adyton {

Pool::Pool(unsigned threads) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pool::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Pool::for_each(std::size_t count, const std::function<void(std::size_t)>& body) {
  // The helpers may start after everything is done, so what they look at outlives this call.
  struct Round {
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> done{0};
    std::mutex mutex;
    std::condition_variable all_done;
    std::exception_ptr thrown;
  };
  const auto round = std::make_shared<Round>();
  const auto run = [round, count, &body] {
    for (std::size_t i; (i = round->next.fetch_add(1)) < count;) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(round->mutex);
        round->thrown = std::current_exception();
      }
      if (round->done.fetch_add(1) + 1 == count) {
        const std::lock_guard lock(round->mutex);
        round->all_done.notify_all();
      }
    }
  };
  // With the calling thread no more than the pool has: one too many keeps another from ending its
  // part, for which all then wait.
  const std::size_t helpers = count > 1 ? std::min<std::size_t>(threads_.size(), count) - 1 : 0;
  try {
    for (std::size_t i = 0; i < helpers; ++i) submit(run);
  } catch (const std::bad_alloc&) {
    // Those that were asked do it, and this thread.
  }
  run();
  std::unique_lock lock(round->mutex);
  round->all_done.wait(lock, [&] { return round->done.load() >= count; });
  if (round->thrown) std::rethrow_exception(round->thrown);
}

unsigned Pool::cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace adyton
