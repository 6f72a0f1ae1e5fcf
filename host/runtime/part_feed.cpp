#include "host/runtime/part_feed.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

namespace adyton {

struct PartFeed::State {
  std::function<void(std::size_t)> body;
  std::mutex mutex;
  std::condition_variable idle;
  std::size_t ready = 0;
  std::size_t begun = 0;
  std::size_t under_way = 0;
  std::size_t helpers = 0;  // the pool's threads that were asked and have not left
  std::exception_ptr thrown;

  /// Does parts until none is ready.
  void work(std::unique_lock<std::mutex>& lock) {
    while (begun < ready) {
      const std::size_t part = begun++;
      ++under_way;
      lock.unlock();
      std::exception_ptr error = run(part);
      lock.lock();
      if (error) fail(std::move(error));
      if (--under_way == 0) idle.notify_all();
    }
  }

  std::exception_ptr run(std::size_t part) {
    try {
      body(part);
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  void fail(std::exception_ptr error) {
    if (!thrown) thrown = std::move(error);
    ready = begun;
  }

  void wait(std::unique_lock<std::mutex>& lock) {
    idle.wait(lock, [this] { return under_way == 0; });
  }

  void help() {
    std::unique_lock lock(mutex);
    work(lock);
    --helpers;
  }
};

PartFeed::PartFeed(Pool& pool, std::function<void(std::size_t)> body)
    : pool_(pool), state_(std::make_shared<State>()) {
  state_->body = std::move(body);
}

PartFeed::~PartFeed() {
  std::unique_lock lock(state_->mutex);
  state_->ready = state_->begun;
  state_->wait(lock);
}

void PartFeed::add() {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->ready;
    if (state_->helpers + 1 >= pool_.size()) return;
    ++state_->helpers;
  }
  try {
    pool_.submit([state = state_] { state->help(); });
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(state_->mutex);
    --state_->helpers;  // the caller does it in finish()
  }
}

void PartFeed::finish() {
  std::unique_lock lock(state_->mutex);
  state_->work(lock);
  state_->wait(lock);
  if (state_->thrown) std::rethrow_exception(state_->thrown);
}

}  // namespace adyton
