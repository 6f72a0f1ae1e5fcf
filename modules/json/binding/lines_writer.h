#pragma once

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// json.dumps_lines, json.dumpb_lines and json.dump_lines: `module` is adyton.json, the rest a
/// vectorcall's arguments. A new reference, or null with an exception set.
PyObject* dumps_lines(python::Gil& gil, PyObject* module, PyObject* const* values,
                      Py_ssize_t positional, PyObject* names);
PyObject* dumpb_lines(python::Gil& gil, PyObject* module, PyObject* const* values,
                      Py_ssize_t positional, PyObject* names);
PyObject* dump_lines(python::Gil& gil, PyObject* module, PyObject* const* values,
                     Py_ssize_t positional, PyObject* names);

}  // namespace adyton::json
