#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::json {

/// The types of documents, pointers and patches in one interpreter.
struct DocumentTypes {
  python::Ref document;
  python::Ref keys;
  python::Ref values;
  python::Ref items;
  python::Ref iterator;
  python::Ref pointer_error;
  python::Ref patch_error;

  /// Makes them, and adds the public ones to the module. False with an exception set.
  bool make(python::Gil& gil, PyObject* module);

  int traverse(visitproc visit, void* arg) const;
  void clear() { *this = DocumentTypes(); }
};

}  // namespace adyton::json
