#include "modules/json/binding/build.h"

#include <limits>
#include <string>

namespace adyton::json {

using python::Ref;

Builder::~Builder() {
  while (!values_.empty()) Py_DECREF(values_.pop());
}

PyObject* Builder::make_int(std::string_view text) {
  // A copy, because PyLong_FromString would read on through the underscore of "1_2".
  return PyLong_FromString(std::string(text).c_str(), nullptr, 10);
}

bool Builder::number(std::string_view text, NumberToken::Kind kind) {
  if (kind != NumberToken::Kind::real) return push(make_int(text));
  return real(scan_number(text.data(), text.data() + text.size()).real);
}

bool Builder::constant(Constant constant) {
  using Limits = std::numeric_limits<double>;
  switch (constant) {
    case Constant::nan:
      return real(Limits::quiet_NaN());
    case Constant::infinity:
      return real(Limits::infinity());
    case Constant::minus_infinity:
      break;
  }
  return real(-Limits::infinity());
}

bool Builder::end_array(std::size_t count) {
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(count));
  if (list == nullptr) return false;
  PyObject** const elements = values_.last(count);
  for (std::size_t i = 0; i < count; ++i) {
    PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), elements[i]);
  }
  values_.drop(count);
  return push(list);
}

bool Builder::end_object(std::size_t count) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return false;
  PyObject** const members = values_.last(count * 2);
  for (std::size_t i = 0; i < count; ++i) {
    if (PyDict_SetItem(dict.get(), members[i * 2], members[i * 2 + 1]) < 0) return false;
  }
  for (std::size_t i = 0; i < count * 2; ++i) Py_DECREF(members[i]);
  values_.drop(count * 2);
  return push(dict.release());
}

}  // namespace adyton::json
