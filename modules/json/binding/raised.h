#pragma once

#include <string>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::json {

/// Takes the exception that is set, with its traceback; none if there is none.
inline python::Ref take_raised(python::Gil&) {
#if PY_VERSION_HEX >= 0x030C0000
  return python::Ref::steal(PyErr_GetRaisedException());
#else
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  if (type == nullptr) return python::Ref();
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(traceback);
  Py_DECREF(type);
  return python::Ref::steal(value);
#endif
}

/// Sets it again.
inline void raise_again(python::Gil&, python::Ref exception) {
  if (!exception) return;
#if PY_VERSION_HEX >= 0x030C0000
  PyErr_SetRaisedException(exception.release());
#else
  PyObject* const value = exception.release();
  PyErr_Restore(Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(value))), value,
                PyException_GetTraceback(value));
#endif
}

/// Adds a note to the exception that is set, as BaseException.add_note does.
inline void add_note(python::Gil& gil, const std::string& note) {
  python::Ref exception = take_raised(gil);
  const python::Ref text = python::Ref::steal(
      PyUnicode_FromStringAndSize(note.data(), static_cast<Py_ssize_t>(note.size())));
  const python::Ref done = python::Ref::steal(
      text ? PyObject_CallMethod(exception.get(), "add_note", "O", text.get()) : nullptr);
  if (!done) PyErr_Clear();
  raise_again(gil, std::move(exception));
}

}  // namespace adyton::json
