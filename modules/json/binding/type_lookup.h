#pragma once

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// What a type has under that name in its own dict or in those of its bases, a descriptor as it is:
/// borrowed, valid while the type stays as it is, or null without an exception.
PyObject* look_up(python::Gil& gil, PyTypeObject* type, PyObject* name);

/// A number that changes when the type or a base of it does; 0 if there is none, and wherever
/// ADYTON_PUBLIC_PYTHON_API is defined.
unsigned version_of(python::Gil& gil, PyTypeObject* type);

}  // namespace adyton::json
