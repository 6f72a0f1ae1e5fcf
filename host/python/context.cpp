#include "host/python/context.h"

#include <unistd.h>

#include "host/python/ref.h"

namespace adyton::python {
namespace {

constexpr const char* context_name = "adyton.context";

void destroy(PyObject* capsule) {
  delete static_cast<Context*>(PyCapsule_GetPointer(capsule, context_name));
}

// Puts a new context into the interpreter's dict, which owns it from then on.
Context* create(PyObject* dict, PyObject* key) {
  auto context = std::make_unique<Context>();
  const Ref capsule = Ref::steal(PyCapsule_New(context.get(), context_name, destroy));
  if (!capsule) return nullptr;
  Context* const owned = context.release();
  return PyDict_SetItem(dict, key, capsule.get()) == 0 ? owned : nullptr;
}

Context* find_or_create() {
  PyObject* const dict = PyInterpreterState_GetDict(PyInterpreterState_Get());
  const Ref key = Ref::steal(PyUnicode_InternFromString(context_name));
  if (dict == nullptr || !key) return nullptr;
  if (PyObject* const capsule = PyDict_GetItemWithError(dict, key.get())) {
    return static_cast<Context*>(PyCapsule_GetPointer(capsule, context_name));
  }
  return create(dict, key.get());
}

}  // namespace

Context::~Context() {
  forget_pool_of_parent();
}

Context& Context::of(Gil&) {
  Context* const context = find_or_create();
  if (context == nullptr) Py_FatalError("no memory for Adyton's context");
  return *context;
}

Pool& Context::pool(Gil&) {
  forget_pool_of_parent();
  if (!pool_) {
    pool_ = std::make_unique<Pool>(Pool::cores());
    pool_owner_ = getpid();
  }
  return *pool_;
}

void Context::forget_pool_of_parent() {
  // A forked child has the object but none of its threads, and its mutex may be locked for ever:
  // it can be neither used nor destroyed.
  if (pool_ && pool_owner_ != getpid()) static_cast<void>(pool_.release());
}

}  // namespace adyton::python
