#include "host/runtime/part_feed.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

namespace adyton {

struct PartFeed::State {
  std::function<void(Part)> body;
  std::mutex mutex;
  std::condition_variable idle;
  std::deque<Part> ready;  // that nobody has begun
  std::size_t under_way = 0;
  std::size_t helpers = 0;  // the pool's threads that were asked and have not left
  std::exception_ptr thrown;

  /// Does the first part that is ready; there is one.
  Part do_first(std::unique_lock<std::mutex>& lock) {
    const Part part = ready.front();
    ready.pop_front();
    ++under_way;
    lock.unlock();
    std::exception_ptr error = run(part);
    lock.lock();
    if (error) fail(std::move(error));
    if (--under_way == 0) idle.notify_all();
    return part;
  }

  std::exception_ptr run(Part part) {
    try {
      body(part);
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  void fail(std::exception_ptr error) {
    if (!thrown) thrown = std::move(error);
    ready.clear();
  }

  void wait(std::unique_lock<std::mutex>& lock) {
    idle.wait(lock, [this] { return under_way == 0; });
  }

  void help() {
    std::unique_lock lock(mutex);
    while (!ready.empty()) do_first(lock);
    --helpers;
  }
};

PartFeed::PartFeed(Pool& pool, std::function<void(Part)> body)
    : pool_(pool), state_(std::make_shared<State>()) {
  state_->body = std::move(body);
}

PartFeed::~PartFeed() {
  std::unique_lock lock(state_->mutex);
  state_->ready.clear();
  state_->wait(lock);
}

std::size_t PartFeed::add(Part part) {
  std::size_t ready;
  {
    const std::lock_guard lock(state_->mutex);
    // After a failure no part is begun.
    if (!state_->thrown) state_->ready.push_back(part);
    ready = state_->ready.size();
    if (ready == 0 || state_->helpers + 1 >= pool_.size()) return ready;
    ++state_->helpers;
  }
  ask_for_help();
  return ready;
}

void PartFeed::ask_for_help() {
  try {
    pool_.submit([state = state_] { state->help(); });
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(state_->mutex);
    --state_->helpers;  // the caller does it
  }
}

std::optional<Part> PartFeed::do_next() {
  std::unique_lock lock(state_->mutex);
  if (state_->ready.empty()) return std::nullopt;
  return state_->do_first(lock);
}

void PartFeed::finish() {
  std::unique_lock lock(state_->mutex);
  while (!state_->ready.empty()) state_->do_first(lock);
  state_->wait(lock);
  if (state_->thrown) std::rethrow_exception(state_->thrown);
}

}  // namespace adyton
