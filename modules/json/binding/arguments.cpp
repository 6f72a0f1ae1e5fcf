#include "modules/json/binding/arguments.h"

namespace adyton::json {

bool Arguments::bind(python::Gil&, std::span<const Slot> parameters,
                     std::span<const Slot> options) {
  if (positional_ > static_cast<Py_ssize_t>(parameters.size())) {
    PyErr_Format(PyExc_TypeError, "%s() takes %zu positional argument%s but %zd were given",
                 function_, parameters.size(), parameters.size() == 1 ? "" : "s", positional_);
    return false;
  }
  for (Py_ssize_t i = 0; i < positional_; ++i) *parameters[i].value = values_[i];
  for (Py_ssize_t i = 0; i < named_; ++i) {
    if (!bind_named(i, parameters, options)) return false;
  }
  for (const Slot& slot : parameters) {
    if (*slot.value != nullptr) continue;
    PyErr_Format(PyExc_TypeError, "%s() missing 1 required positional argument: '%s'", function_,
                 slot.name);
    return false;
  }
  return true;
}

bool Arguments::bind_named(Py_ssize_t index, std::span<const Slot> parameters,
                           std::span<const Slot> options) {
  PyObject* const name = PyTuple_GET_ITEM(names_, index);
  PyObject* const value = values_[positional_ + index];
  for (const Slot& slot : options) {
    if (PyUnicode_CompareWithASCIIString(name, slot.name) != 0) continue;
    *slot.value = value;
    return true;
  }
  for (const Slot& slot : parameters) {
    if (PyUnicode_CompareWithASCIIString(name, slot.name) != 0) continue;
    if (*slot.value != nullptr) {
      PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%s'", function_,
                   slot.name);
      return false;
    }
    *slot.value = value;
    return true;
  }
  if (unknown_ == nullptr) unknown_ = name;
  return true;
}

}  // namespace adyton::json
