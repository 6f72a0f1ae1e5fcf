#include "modules/json/binding/arguments.h"

#include <algorithm>
#include <vector>

#include "host/python/ref.h"

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

PyObject* Arguments::forward_without(python::Gil&, std::span<const Slot> left_out,
                                     PyObject* callee) const {
  std::vector<PyObject*> values(values_, values_ + positional_);
  const python::Ref names = python::Ref::steal(PyList_New(0));
  if (!names) return nullptr;
  for (Py_ssize_t i = 0; i < named_; ++i) {
    PyObject* const name = PyTuple_GET_ITEM(names_, i);
    const bool out = std::ranges::any_of(left_out, [name](const Slot& slot) {
      return PyUnicode_CompareWithASCIIString(name, slot.name) == 0;
    });
    if (out) continue;
    if (PyList_Append(names.get(), name) < 0) return nullptr;
    values.push_back(values_[positional_ + i]);
  }
  const python::Ref tuple = python::Ref::steal(PyList_AsTuple(names.get()));
  if (!tuple) return nullptr;
  return PyObject_Vectorcall(callee, values.data(), static_cast<std::size_t>(positional_),
                             tuple.get());
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
