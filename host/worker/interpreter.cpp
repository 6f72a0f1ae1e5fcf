#include "host/worker/interpreter.h"

#include "host/python/interpreter.h"

namespace adyton::worker {

namespace {

python::Gil acquire(PyThreadState* thread) {
  PyEval_RestoreThread(thread);
  return python::Gil::held_by_caller();
}

}  // namespace

Result<std::unique_ptr<Interpreter>> Interpreter::start(const std::string& program,
                                                        python::BuiltinModules built_ins) {
  std::string name = program;
  struct sigaction before = {};
  ::sigaction(SIGINT, nullptr, &before);
  ADYTON_CHECK(python::start_interpreter({{name.data()}, {name.data()}}, built_ins));
  std::unique_ptr<Interpreter> interpreter(new Interpreter);
  ::sigaction(SIGINT, &before, &interpreter->on_interrupt_);
  return interpreter;
}

Interpreter::Interpreter() : thread_(PyEval_SaveThread()) {}

Interpreter::~Interpreter() {
  PyEval_RestoreThread(thread_);
  // Its result tells whether sys.stdout could be flushed; then there is nobody left to tell.
  static_cast<void>(Py_FinalizeEx());
}

Turn::Turn(Interpreter& interpreter)
    : interpreter_(interpreter), gil_(acquire(interpreter.thread_)) {
  ::sigaction(SIGINT, nullptr, &of_host_);
  if (of_host_.sa_handler != SIG_IGN) ::sigaction(SIGINT, &interpreter_.on_interrupt_, nullptr);
}

Turn::~Turn() {
  ::sigaction(SIGINT, &of_host_, nullptr);
  interpreter_.thread_ = PyEval_SaveThread();
}

}  // namespace adyton::worker
