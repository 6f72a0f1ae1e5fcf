#pragma once

#include <cstdint>

#include "host/python/gil.h"
#include "host/worker/view.h"

namespace adyton::worker {

// What keys(), values() and items() of a Record give, and iterators over them. As with a dict they
// show the record as it is when they are asked, and iteration ends with RuntimeError if a member
// was added or removed meanwhile.

enum class Part : std::uint8_t { keys, values, items };
enum class Direction : std::uint8_t { forward, backward };

/// New references, or null with an exception set.
PyObject* make_record_view(python::Gil& gil, View& record, Part part);
PyObject* make_iterator(python::Gil& gil, View& record, Part part, Direction direction);

extern PyType_Spec keys_spec;
extern PyType_Spec values_spec;
extern PyType_Spec items_spec;
extern PyType_Spec iterator_spec;

}  // namespace adyton::worker
