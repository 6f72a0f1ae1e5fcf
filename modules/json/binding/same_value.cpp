#include "modules/json/binding/same_value.h"

#include "host/python/ref.h"
#include "modules/json/binding/document.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

bool is_array(PyObject* value) {
  return PyList_Check(value) || PyTuple_Check(value);
}

int same_arrays(Gil& gil, PyObject* a, PyObject* b) {
  for (Py_ssize_t i = 0; i < Py_SIZE(a); ++i) {
    if (Py_SIZE(a) != Py_SIZE(b)) return 0;
    const Ref left = Ref::borrow(PySequence_Fast_GET_ITEM(a, i));
    const Ref right = Ref::borrow(PySequence_Fast_GET_ITEM(b, i));
    const int same = same_value(gil, left.get(), right.get());
    if (same != 1) return same;
  }
  return Py_SIZE(a) == Py_SIZE(b) ? 1 : 0;
}

int same_objects(Gil& gil, PyObject* a, PyObject* b) {
  if (PyDict_GET_SIZE(a) != PyDict_GET_SIZE(b)) return 0;
  // A list, because comparing may run Python.
  const Ref pairs = Ref::steal(PyDict_Items(a));
  if (!pairs) return -1;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs.get()); ++i) {
    PyObject* const pair = PyList_GET_ITEM(pairs.get(), i);
    const Ref other = Ref::borrow(PyDict_GetItemWithError(b, PyTuple_GET_ITEM(pair, 0)));
    if (!other) return PyErr_Occurred() != nullptr ? -1 : 0;
    const int same = same_value(gil, PyTuple_GET_ITEM(pair, 1), other.get());
    if (same != 1) return same;
  }
  return 1;
}

int same_plain(Gil& gil, PyObject* a, PyObject* b) {
  if (PyDict_Check(a) || PyDict_Check(b)) {
    return PyDict_Check(a) && PyDict_Check(b) ? same_objects(gil, a, b) : 0;
  }
  if (is_array(a) || is_array(b)) return is_array(a) && is_array(b) ? same_arrays(gil, a, b) : 0;
  if (PyBool_Check(a) || PyBool_Check(b)) return a == b ? 1 : 0;
  return PyObject_RichCompareBool(a, b, Py_EQ);
}

/// A Document's plain value, else the value itself. Empty with an exception set.
Ref plain(Gil& gil, PyObject* value) {
  return is_document(value) ? to_python(gil, as_document(value)) : Ref::borrow(value);
}

}  // namespace

int same_value(Gil& gil, PyObject* a, PyObject* b) {
  const Ref left = plain(gil, a);
  const Ref right = left ? plain(gil, b) : Ref();
  if (!right || Py_EnterRecursiveCall(" while comparing JSON values") != 0) return -1;
  const int same = same_plain(gil, left.get(), right.get());
  Py_LeaveRecursiveCall();
  return same;
}

}  // namespace adyton::json
