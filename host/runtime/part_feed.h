#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "host/runtime/pool.h"

namespace adyton {

/// The items begin … end - 1 of some work.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Work whose parts become ready one after the other: the pool does those that are, while the
/// caller prepares the next. One thread calls. As many threads work at a time as the pool has, the
/// caller among them: with a pool of one thread it does all of them itself, in do_next() and
/// finish().
class PartFeed {
 public:
  /// `body` runs on any thread, for each part once. The pool, and what the body refers to, must
  /// outlive the feed.
  PartFeed(Pool& pool, std::function<void(Part)> body);
  /// Drops the parts that nobody has begun, and waits for those under way.
  ~PartFeed();
  PartFeed(const PartFeed&) = delete;
  PartFeed& operator=(const PartFeed&) = delete;

  /// One more part is ready. Never blocks. Gives how many are that nobody has begun.
  std::size_t add(Part part);
  /// Does the next part that nobody has begun, and says which; nullopt if there is none.
  std::optional<Part> do_next();
  /// Returns when the parts that were added are done. What a part throws drops those that nobody
  /// has begun, and is thrown here; of several the first.
  void finish();

 private:
  struct State;

  void ask_for_help();

  Pool& pool_;
  // Shared with helpers that the pool may start after the feed's end.
  std::shared_ptr<State> state_;
};

}  // namespace adyton
