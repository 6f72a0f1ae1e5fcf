#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::crypto {

using python::Gil;

/// What a vectorcall-style method got.
struct CallArguments {
  PyObject* const* values;
  Py_ssize_t count;
  PyObject* keyword_names;
};

/// The parameters of one function: their names in order, the first `required` of which must be
/// given, and the first `positional` of which may be given without a name.
struct Signature {
  const char* function;
  std::span<const char* const> names;
  std::size_t required;
  std::size_t positional;
};

/// Sorts the arguments into `slots`, one for each parameter; nullptr for one not given. Borrowed
/// references. False with TypeError set where they do not fit.
bool take(Gil& gil, const Signature& signature, const CallArguments& arguments,
          std::span<PyObject*> slots);

/// The same for a tp_new, which gets a tuple and a dict.
bool take(Gil& gil, const Signature& signature, PyObject* tuple, PyObject* dict,
          std::span<PyObject*> slots);

/// A non-negative number of at most `most`; nullopt with TypeError or ValueError set.
std::optional<std::uint64_t> number(Gil& gil, PyObject* object, const char* name,
                                    std::uint64_t most);

/// A str as UTF-8, valid as long as the object; nullopt with TypeError set.
std::optional<std::string_view> text(Gil& gil, PyObject* object, const char* name);

/// Runs body(gil) at an entry point that CPython called, and turns what C++ throws (lack of memory,
/// bugs) into a Python exception: nothing may fly through CPython's frames.
template <class Body>
PyObject* entry(Body body) {
  Gil gil = Gil::held_by_caller();
  try {
    return body(gil);
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_Format(PyExc_SystemError, "adyton.crypto: %s", error.what());
    return nullptr;
  }
}

/// A METH_FASTCALL | METH_KEYWORDS function as a PyMethodDef wants it.
using FastFunction = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);
inline PyCFunction fast(FastFunction function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}
inline constexpr int fast_flags = METH_FASTCALL | METH_KEYWORDS;

/// A Python object around a C++ value. Made whole or not at all.
template <class T>
struct Box {
  PyObject_HEAD T value;

  static PyObject* make(PyTypeObject* type, T value) {
    PyObject* const object = type->tp_alloc(type, 0);
    if (object != nullptr) new (&of(object)) T(std::move(value));
    return object;
  }
  static T& of(PyObject* object) { return reinterpret_cast<Box*>(object)->value; }
  /// The value, if the object is one of such a class; else nullptr. No class can be derived from
  /// it, and no other's objects are destroyed so.
  static T* find(PyObject* object) {
    return Py_TYPE(object)->tp_dealloc == destroy ? &of(object) : nullptr;
  }
  static void destroy(PyObject* object) {
    PyTypeObject* const type = Py_TYPE(object);
    of(object).~T();
    type->tp_free(object);
    Py_DECREF(type);
  }
};

/// `__reduce__` of everything that holds key bytes: they leave only where somebody asks for them.
PyObject* refuse_pickling(PyObject* self, PyObject* unused);

}  // namespace adyton::crypto
