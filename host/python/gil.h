#pragma once

#include <Python.h>

namespace adyton::python {

/// The proof that the calling thread holds the GIL. A function that touches Python takes one by
/// reference, so that it cannot be called without. Made only where CPython calls into C++ (the GIL
/// is held there) and passed down the stack; never stored.
class Gil {
 public:
  /// At an entry point that CPython called: the GIL is held by contract.
  static Gil held_by_caller() { return Gil{}; }

  Gil(const Gil&) = delete;
  Gil& operator=(const Gil&) = delete;

 private:
  Gil() = default;
};

/// Gives the GIL up for its scope. Nothing in that scope may touch Python; the buffers it works on
/// must be held by the scope around it. Where the interpreter has begun to finalise meanwhile (a
/// daemon thread), the scope never ends: the thread sleeps until the process is gone.
class GilRelease {
 public:
  explicit GilRelease(Gil&) : state_(PyEval_SaveThread()) {}
  ~GilRelease() { reacquire(state_); }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  static void reacquire(PyThreadState* state) noexcept;

  PyThreadState* state_;
};

}  // namespace adyton::python
