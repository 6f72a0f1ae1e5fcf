#pragma once

#include <span>

#include <Python.h>

namespace adyton::python {

/// One built-in module: its full dotted name and the plain C initialiser that CPython calls when
/// the module is first imported. The one table of them is in main.cpp.
struct BuiltinModule {
  const char* name;
  PyObject* (*init)();
};

using BuiltinModules = std::span<const BuiltinModule>;

}  // namespace adyton::python
