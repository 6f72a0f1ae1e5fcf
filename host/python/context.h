#pragma once

#include <memory>

#include <sys/types.h>

#include "host/python/gil.h"
#include "host/runtime/pool.h"

namespace adyton::python {

/// What the host lends to the built-in modules of one interpreter. It lies in a capsule in that
/// interpreter's own dict, not in a global, and goes with the interpreter: what was submitted to
/// the pool is finished first.
class Context {
 public:
  Context() = default;
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// The interpreter's context, made at first use. Never fails but for lack of memory (then it ends
  /// the process, as CPython does).
  static Context& of(Gil& gil);

  /// The compute pool, with a thread for each core this process may run on: made at first use, and
  /// anew in a forked child, which has none of its parent's threads. Valid until the interpreter
  /// ends or the process forks.
  Pool& pool(Gil& gil);

 private:
  void forget_pool_of_parent();

  std::unique_ptr<Pool> pool_;
  pid_t pool_owner_ = 0;
};

}  // namespace adyton::python
