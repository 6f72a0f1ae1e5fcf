#include "modules/crypto/binding/call.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "host/python/ref.h"

namespace adyton::crypto {
namespace {

std::optional<std::size_t> index_of(const Signature& signature, PyObject* name) {
  for (std::size_t i = 0; i < signature.names.size(); ++i) {
    if (PyUnicode_CompareWithASCIIString(name, signature.names[i]) == 0) return i;
  }
  return std::nullopt;
}

bool take_positional(const Signature& signature, PyObject* const* values, std::size_t count,
                     std::span<PyObject*> slots) {
  std::ranges::fill(slots, nullptr);
  if (count > signature.positional) {
    PyErr_Format(PyExc_TypeError, "%s() takes %zu positional arguments but %zu were given",
                 signature.function, signature.positional, count);
    return false;
  }
  std::copy(values, values + count, slots.begin());
  return true;
}

bool take_keyword(const Signature& signature, PyObject* name, PyObject* value,
                  std::span<PyObject*> slots) {
  const auto index = index_of(signature, name);
  if (!index) {
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument %R", signature.function,
                 name);
    return false;
  }
  if (slots[*index] != nullptr) {
    PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument %R", signature.function,
                 name);
    return false;
  }
  slots[*index] = value;
  return true;
}

bool check_required(const Signature& signature, std::span<PyObject*> slots) {
  for (std::size_t i = 0; i < signature.required; ++i) {
    if (slots[i] != nullptr) continue;
    PyErr_Format(PyExc_TypeError, "%s() is missing the argument '%s'", signature.function,
                 signature.names[i]);
    return false;
  }
  return true;
}

}  // namespace

bool take(Gil&, const Signature& signature, const CallArguments& arguments,
          std::span<PyObject*> slots) {
  const auto count = static_cast<std::size_t>(arguments.count);
  if (!take_positional(signature, arguments.values, count, slots)) return false;
  const Py_ssize_t named =
      arguments.keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(arguments.keyword_names);
  for (Py_ssize_t i = 0; i < named; ++i) {
    if (!take_keyword(signature, PyTuple_GET_ITEM(arguments.keyword_names, i),
                      arguments.values[arguments.count + i], slots)) {
      return false;
    }
  }
  return check_required(signature, slots);
}

bool take(Gil&, const Signature& signature, PyObject* tuple, PyObject* dict,
          std::span<PyObject*> slots) {
  std::vector<PyObject*> values;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) {
    values.push_back(PyTuple_GET_ITEM(tuple, i));
  }
  if (!take_positional(signature, values.data(), values.size(), slots)) return false;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t position = 0; dict != nullptr && PyDict_Next(dict, &position, &name, &value);) {
    if (!take_keyword(signature, name, value, slots)) return false;
  }
  return check_required(signature, slots);
}

std::optional<std::uint64_t> number(Gil&, PyObject* object, const char* name, std::uint64_t most) {
  const auto integer = python::Ref::steal(PyNumber_Index(object));
  if (!integer) {
    PyErr_Format(PyExc_TypeError, "%s must be an int, not %.100s", name, Py_TYPE(object)->tp_name);
    return std::nullopt;
  }
  const unsigned long long value = PyLong_AsUnsignedLongLong(integer.get());
  const bool failed = value == static_cast<unsigned long long>(-1) && PyErr_Occurred() != nullptr;
  if (failed || value > most) {
    PyErr_Clear();
    PyErr_Format(PyExc_ValueError, "%s must be from 0 to %llu, not %S", name,
                 static_cast<unsigned long long>(most), integer.get());
    return std::nullopt;
  }
  return value;
}

std::optional<std::string_view> text(Gil&, PyObject* object, const char* name) {
  if (!PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be a str, not %.100s", name, Py_TYPE(object)->tp_name);
    return std::nullopt;
  }
  Py_ssize_t size = 0;
  const char* const data = PyUnicode_AsUTF8AndSize(object, &size);
  if (data == nullptr) return std::nullopt;
  return std::string_view(data, static_cast<std::size_t>(size));
}

PyObject* refuse_pickling(PyObject* self, PyObject*) {
  PyErr_Format(PyExc_TypeError,
               "cannot copy or pickle a %.100s object: it holds keys; save the keyring to a file "
               "and load it where it is needed",
               Py_TYPE(self)->tp_name);
  return nullptr;
}

}  // namespace adyton::crypto
