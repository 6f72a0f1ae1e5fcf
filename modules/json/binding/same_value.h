#pragma once

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// Whether two values are the same to JSON: numbers by their value (1 and 1.0), true and 1 not,
/// strings by their characters, arrays element by element, objects by their members whatever their
/// order. A Document is what its text says; other objects are compared as Python compares them. -1
/// with an exception set.
int same_value(python::Gil& gil, PyObject* a, PyObject* b);

}  // namespace adyton::json
