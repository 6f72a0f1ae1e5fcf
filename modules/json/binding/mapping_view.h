#pragma once

#include <cstdint>

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

// What keys(), values() and items() of a native mapping give: as with a dict they show the mapping
// as it is when they are asked, and those of keys and items are sets.

enum class Part : std::uint8_t { keys, values, items };
enum class Direction : std::uint8_t { forward, backward };

/// An iterator over a part of the mapping: a new reference, or null with an exception set.
using IterateMapping = PyObject* (*)(python::Gil& gil, PyObject* mapping, Part part,
                                     Direction direction);

/// Such a view. A type of them is made by its module from a spec of `mapping_view_size`,
/// `mapping_view_flags` and one of the three lists of slots.
struct MappingView {
  PyObject_HEAD PyObject* mapping;  // owned
  Part part;
  IterateMapping iterate;
};

inline constexpr int mapping_view_size = sizeof(MappingView);
inline constexpr unsigned mapping_view_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
                                               Py_TPFLAGS_IMMUTABLETYPE |
                                               Py_TPFLAGS_DISALLOW_INSTANTIATION;
extern PyType_Slot keys_view_slots[];
extern PyType_Slot values_view_slots[];
extern PyType_Slot items_view_slots[];

/// A new reference, or null with an exception set.
PyObject* make_mapping_view(python::Gil& gil, PyTypeObject* type, PyObject* mapping, Part part,
                            IterateMapping iterate);

}  // namespace adyton::json
