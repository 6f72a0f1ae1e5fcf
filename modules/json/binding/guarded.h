#pragma once

#include <new>

#include <Python.h>

namespace adyton::json {

/// What `function` returns; if it throws std::bad_alloc, `failure` with a MemoryError set.
template <class Result, class Function>
Result guarded(Result failure, Function function) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
    return failure;
  }
}

}  // namespace adyton::json
