#include "host/python/gil.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/python/interpreter.h"

namespace adyton::python {
namespace {

using test::interpreter;
using namespace std::chrono_literals;

/// Says that its scope was left.
struct Witness {
  std::atomic<bool>& gone;
  ~Witness() { gone = true; }
};

/// A module global whose end, in the midst of finalisation, lets other threads run for a while.
constexpr const char* slow_end =
    "import time\n"
    "class Slow:\n"
    "    def __del__(self, sleep=time.sleep): sleep(0.4)\n"
    "slow = Slow()\n";

// Finalises the interpreter while another thread is in a GilRelease that ends in the midst of it; 0
// if the thread has not left the scope around it.
int finalize_under_a_thread() {
  std::atomic<bool> released{false};
  std::atomic<bool> gone{false};
  PyRun_SimpleString(slow_end);
  std::thread([&] {
    const PyGILState_STATE state = PyGILState_Ensure();
    {
      Gil gil = Gil::held_by_caller();
      const Witness witness{gone};
      const GilRelease release(gil);
      released = true;
      std::this_thread::sleep_for(150ms);
    }
    PyGILState_Release(state);
  }).detach();
  Py_BEGIN_ALLOW_THREADS;
  while (!released) std::this_thread::sleep_for(1ms);
  Py_END_ALLOW_THREADS;
  Py_FinalizeEx();
  std::this_thread::sleep_for(50ms);
  return gone ? 1 : 0;
}

/// The wait status of a forked child that exits with what `body` returns.
template <class Body>
int status_of_child(Body body) {
  PyOS_BeforeFork();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    PyOS_AfterFork_Child();
    _exit(body());
  }
  PyOS_AfterFork_Parent();
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("other threads run while the GIL is given up, and it is held again after the scope") {
  interpreter();
  Gil gil = Gil::held_by_caller();
  {
    const GilRelease release(gil);
    std::thread([] { PyGILState_Release(PyGILState_Ensure()); }).join();
  }
  CHECK(PyThreadState_Get() == PyGILState_GetThisThreadState());
}

TEST_CASE("a thread whose release ends while Python finalises sleeps and unwinds nothing") {
  interpreter();
  CHECK(status_of_child(finalize_under_a_thread) == 0);
}

}  // namespace adyton::python
