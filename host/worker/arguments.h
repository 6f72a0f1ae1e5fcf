#pragma once

#include "host/python/gil.h"

namespace adyton::worker {

/// The number of positional arguments of a METH_FASTCALL method is between `least` and `most`; else
/// false with TypeError set.
inline bool count_arguments(const char* method, Py_ssize_t count, Py_ssize_t least,
                            Py_ssize_t most) {
  if (count >= least && count <= most) return true;
  PyErr_Format(PyExc_TypeError, "%s expected %s %zd argument%s, got %zd", method,
               least == most ? "exactly" : (count < least ? "at least" : "at most"),
               count < least ? least : most, (count < least ? least : most) == 1 ? "" : "s", count);
  return false;
}

/// A C function as a PyMethodDef wants it, whatever its signature.
template <class Function>
PyCFunction as_method(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace adyton::worker
