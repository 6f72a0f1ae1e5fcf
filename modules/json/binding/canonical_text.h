#pragma once

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// canonical(obj): `module` is adyton.json, the rest a vectorcall's arguments. A new reference, or
/// null with an exception set.
PyObject* canonical(python::Gil& gil, PyObject* module, PyObject* const* values,
                    Py_ssize_t positional, PyObject* names);

}  // namespace adyton::json
