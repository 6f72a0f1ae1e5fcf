#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::json {

/// The types of JSON Lines in one interpreter.
struct LinesTypes {
  python::Ref reader;      // what loads_lines gives
  python::Ref line_error;  // made when it is first needed: it derives from json's

  int traverse(visitproc visit, void* arg) const;
  void clear() { *this = LinesTypes(); }
};

/// json.LineError: a borrowed reference, or null with an exception set.
PyObject* line_error_type(python::Gil& gil, PyObject* module);

/// json.loads_lines: `module` is adyton.json, the rest a vectorcall's arguments. A new reference,
/// or null with an exception set.
PyObject* loads_lines(python::Gil& gil, PyObject* module, PyObject* const* values,
                      Py_ssize_t positional, PyObject* names);

}  // namespace adyton::json
