#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/mapping_view.h"

namespace adyton::json {

/// The types of the views that a Document's keys(), values() and items() give, and of the iterators
/// over it. None with an exception set.
python::Ref make_document_view_type(python::Gil& gil, PyObject* module, Part part);
python::Ref make_document_iterator_type(python::Gil& gil, PyObject* module);

/// An iterator over a part of the object, or over the elements of the array, that `document` is. A
/// new reference, or null with an exception set. Throws std::bad_alloc.
PyObject* iterate_document(python::Gil& gil, PyObject* document, Part part, Direction direction);

}  // namespace adyton::json
