#pragma once

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// apply_patch(obj, operations): `module` is adyton.json, the rest a vectorcall's arguments. A new
/// reference, or null with an exception set.
PyObject* apply_patch(python::Gil& gil, PyObject* module, PyObject* const* values,
                      Py_ssize_t positional, PyObject* names);

/// merge_patch(target, patch), likewise.
PyObject* merge_patch(python::Gil& gil, PyObject* module, PyObject* const* values,
                      Py_ssize_t positional, PyObject* names);

}  // namespace adyton::json
