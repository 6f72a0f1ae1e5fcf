#include "host/python/error.h"

#include "host/python/ref.h"

namespace adyton::python {
namespace {

// The class that adyton.crypto registered, or ValueError, which is its base, where it did not.
Ref decryption_error() {
  PyObject* const dict = PyInterpreterState_GetDict(PyInterpreterState_Get());
  PyObject* const type = dict ? PyDict_GetItemString(dict, decryption_error_key) : nullptr;
  return Ref::borrow(type ? type : PyExc_ValueError);
}

Ref exception_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
    case ErrorCode::limit:
    case ErrorCode::config:
      return Ref::borrow(PyExc_ValueError);
    case ErrorCode::io:
      return Ref::borrow(PyExc_OSError);
    case ErrorCode::stopped:
      return Ref::borrow(PyExc_KeyboardInterrupt);
    case ErrorCode::crypto:
      return decryption_error();
  }
  return Ref::borrow(PyExc_SystemError);
}

}  // namespace

PyObject* raise(Gil&, const Error& error) {
  const std::string text = error.text();
  const Ref message = Ref::steal(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
  if (message) PyErr_SetObject(exception_type(error.code).get(), message.get());
  return nullptr;
}

}  // namespace adyton::python
