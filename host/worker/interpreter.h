#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "host/base/result.h"
#include "host/python/gil.h"
#include "host/python/modules.h"

namespace adyton::worker {

/// A Python interpreter inside a run: started and ended by the main thread, which holds the GIL
/// only while it runs a script (a Turn). Once in a process.
class Interpreter {
 public:
  /// `program` is the command as the user called it: Python finds its prefix by it, and
  /// sys.executable. ErrorCode::config where Python does not start (a broken environment).
  static Result<std::unique_ptr<Interpreter>> start(const std::string& program,
                                                    python::BuiltinModules built_ins);

  /// Ends the interpreter: atexit functions run, non-daemon threads are joined, sys.stdout is
  /// flushed.
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

 private:
  friend class Turn;
  Interpreter();

  PyThreadState* thread_ = nullptr;     // the main thread's, while no Turn lives
  struct sigaction on_interrupt_ = {};  // Python's own handling of SIGINT
};

/// The main thread's turn with the interpreter: the GIL is held, and SIGINT is Python's, so that
/// Ctrl-C raises KeyboardInterrupt in the script instead of waiting for it. Outside of turns SIGINT
/// is the host's again.
class Turn {
 public:
  explicit Turn(Interpreter& interpreter);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  python::Gil& gil() { return gil_; }

 private:
  Interpreter& interpreter_;
  struct sigaction of_host_ = {};
  python::Gil gil_;
};

}  // namespace adyton::worker
