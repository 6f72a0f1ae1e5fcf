#include "host/python/gil.h"

#include <pthread.h>
#include <unistd.h>

// Compiled without exceptions (CMakeLists.txt), which makes pthread_cleanup_push a plain jump: the
// exception machinery cannot be used in a forced unwinding, because glibc unwinds with the shared
// libgcc and the executable has its own.
#ifdef __EXCEPTIONS
#error "gil.cpp must be compiled with -fno-exceptions"
#endif

namespace adyton::python {
namespace {

void sleep_for_ever(void*) {
  for (;;) pause();
}

}  // namespace

void GilRelease::reacquire(PyThreadState* state) noexcept {
  // Once the interpreter finalises, CPython before 3.14 ends a thread that asks for the GIL with
  // pthread_exit, whose unwinding would run destructors that drop references without the GIL, and
  // would end the process at the first noexcept frame. It is stopped here, where nothing of ours
  // has been unwound yet.
  pthread_cleanup_push(sleep_for_ever, nullptr);
  PyEval_RestoreThread(state);
  pthread_cleanup_pop(0);
}

}  // namespace adyton::python
