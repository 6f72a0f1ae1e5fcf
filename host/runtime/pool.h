#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace adyton {

/// The compute pool: a fixed number of threads that run tasks in the order they were submitted. The
/// tasks never touch Python and never throw. The destructor runs what was submitted, then joins.
/// A forked child has none of the threads: it must not use a pool made before the fork.
class Pool {
 public:
  /// `threads` at least 1.
  explicit Pool(unsigned threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Any thread. Never blocks.
  void submit(std::function<void()> task);

  /// Calls body(0) … body(count - 1), each once, in no order, on the calling thread and on the
  /// pool, on as many threads as the pool has; returns when all are done, or throws then what one
  /// of them threw. Not from within a task.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& body);

  unsigned size() const { return static_cast<unsigned>(threads_.size()); }

  /// The cores this process may run on (its affinity mask), at least 1.
  static unsigned cores();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace adyton
