#include "host/python/context.h"

#include <future>
#include <memory>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/python/interpreter.h"

namespace adyton::python {
namespace {

using test::interpreter;

/// Whether `body` returns true in a forked child. One that hangs is ended by its alarm.
template <class Body>
bool in_child(Body body) {
  PyOS_BeforeFork();
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    PyOS_AfterFork_Child();
    _exit(body() ? 0 : 1);
  }
  PyOS_AfterFork_Parent();
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Waits for a task that only a thread of the pool can run.
bool pool_has_threads(Gil& gil) {
  Pool& pool = Context::of(gil).pool(gil);
  const auto ran = std::make_shared<std::promise<void>>();
  const GilRelease released(gil);
  pool.submit([ran] { ran->set_value(); });
  ran->get_future().wait();
  return true;
}

}  // namespace

TEST_CASE("an interpreter has one context, with one pool over all cores") {
  interpreter();
  Gil gil = Gil::held_by_caller();
  Context& context = Context::of(gil);
  CHECK(&context == &Context::of(gil));
  Pool& pool = context.pool(gil);
  CHECK(&pool == &context.pool(gil));
  CHECK(pool.size() == Pool::cores());
  CHECK(pool_has_threads(gil));
}

TEST_CASE("a forked child gets a pool of its own") {
  interpreter();
  Gil gil = Gil::held_by_caller();
  Pool* const parents = &Context::of(gil).pool(gil);
  CHECK(in_child([&] { return &Context::of(gil).pool(gil) != parents && pool_has_threads(gil); }));
  CHECK(&Context::of(gil).pool(gil) == parents);
}

TEST_CASE("a forked child that never computed ends although it has none of the pool's threads") {
  interpreter();
  Gil gil = Gil::held_by_caller();
  CHECK(pool_has_threads(gil));
  CHECK(in_child([] { return Py_FinalizeEx() == 0; }));
}

TEST_CASE("a sub-interpreter has a context of its own, which ends with it") {
  interpreter();
  Gil gil = Gil::held_by_caller();
  Context* const main_context = &Context::of(gil);
  PyThreadState* const main_state = PyThreadState_Get();
  PyThreadState* const other = Py_NewInterpreter();
  REQUIRE(other != nullptr);
  CHECK(&Context::of(gil) != main_context);
  CHECK(pool_has_threads(gil));
  Py_EndInterpreter(other);
  PyThreadState_Swap(main_state);
  CHECK(&Context::of(gil) == main_context);
}

}  // namespace adyton::python
