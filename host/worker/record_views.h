#pragma once

#include "host/python/gil.h"
#include "host/worker/view.h"
#include "modules/json/binding/mapping_view.h"

namespace adyton::worker {

using json::Direction;
using json::Part;

/// What keys(), values() and items() of a Record give: a json::MappingView. A new reference, or
/// null with an exception set.
PyObject* make_record_view(python::Gil& gil, View& record, Part part);

/// An iterator over it, or over the keys of the record; iteration ends with RuntimeError if a
/// member was added or removed meanwhile. A new reference, or null with an exception set.
PyObject* make_iterator(python::Gil& gil, View& record, Part part, Direction direction);

extern PyType_Spec keys_spec;
extern PyType_Spec values_spec;
extern PyType_Spec items_spec;
extern PyType_Spec iterator_spec;

}  // namespace adyton::worker
