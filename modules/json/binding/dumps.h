#pragma once

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// json.dumps, json.dump, and dumpb: `module` is adyton.json, the rest a vectorcall's arguments. A
/// new reference, or null with an exception set.
PyObject* dumps(python::Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                PyObject* names);
PyObject* dump(python::Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
               PyObject* names);
PyObject* dumpb(python::Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                PyObject* names);

}  // namespace adyton::json
