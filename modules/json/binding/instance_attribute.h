#pragma once

#include <cstddef>
#include <cstdint>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/always_inline.h"
#include "modules/json/binding/object_layout.h"

// How instances keep their attributes is CPython's own affair: known for these versions, and left
// to it in all others.
#if ADYTON_KNOWS_OBJECT_LAYOUT && (PY_VERSION_HEX < 0x030C0000 || PY_VERSION_HEX >= 0x030D0000)
#define ADYTON_KNOWS_INSTANCE_VALUES 1
#else
#define ADYTON_KNOWS_INSTANCE_VALUES 0
#endif

namespace adyton::json {

/// One attribute of the instances of a type, read from where it lies: a slot of the object or its
/// dictionary, without making that dictionary where the interpreter keeps values in the object.
/// What needs code (a property, a __getattribute__) is read as Python reads it. Holds for a state
/// of the type: whoever keeps one sees to it that the type has not changed.
class InstanceAttribute {
 public:
  InstanceAttribute() = default;

  /// `name` is an interned str. `position` is where among the instance's attributes it is likely to
  /// be.
  InstanceAttribute(python::Gil& gil, PyTypeObject* type, python::Ref name, Py_ssize_t position);

  /// The value in `object`, an instance of the type, borrowed from it; null, without an exception,
  /// if it is not where it was last time. No Python code runs.
  ADYTON_ALWAYS_INLINE PyObject* peek(PyObject* object) const;

  /// The same after a look around; null if it takes more than that.
  PyObject* find(PyObject* object) const noexcept;

  /// The value in any case: borrowed from the object, or from `kept` where it was made. Null with
  /// an exception set.
  PyObject* read(python::Gil& gil, PyObject* object, python::Ref& kept) const;

 private:
  enum class Place : std::uint8_t { slot, values, anywhere };

  python::Ref owned_name_;
  PyObject* name_ = nullptr;
  Place place_ = Place::anywhere;
  mutable Py_ssize_t position_ = 0;  // a slot's offset, or the place among the values where it was
};

#if ADYTON_KNOWS_INSTANCE_VALUES

/// The values of an instance and the names they belong to, which instances of a type may share.
struct InstanceValues {
  /// The beginning of a table of names (PyDictKeysObject); an index of 2^log2_index_bytes bytes and
  /// the entries follow.
  struct Names {
    Py_ssize_t references;
    std::uint8_t log2_size;
    std::uint8_t log2_index_bytes;
    std::uint8_t kind;  // 0: names of any type, in entries of another form
    std::uint32_t version;
    Py_ssize_t usable;
    Py_ssize_t used;
    char index[1];
  };
  struct Entry {
    PyObject* name;
    PyObject* value;
  };

  const Names* names = nullptr;       // null: in another form
  PyObject* const* values = nullptr;  // null: in the entries

  ADYTON_ALWAYS_INLINE const Entry* entries() const {
    return reinterpret_cast<const Entry*>(names->index +
                                          (std::size_t{1} << names->log2_index_bytes));
  }
  ADYTON_ALWAYS_INLINE PyObject* at(Py_ssize_t i) const {
    return values != nullptr ? values[i] : entries()[i].value;
  }
};

#if PY_VERSION_HEX < 0x030C0000

/// The values behind a PyDictValues.
ADYTON_ALWAYS_INLINE PyObject* const* values_in(const PyDictValues* values) {
  return reinterpret_cast<PyObject* const*>(values);
}

/// The values of an instance without a dictionary, or null.
ADYTON_ALWAYS_INLINE PyObject* const* values_beside(PyObject* object) {
  return reinterpret_cast<PyObject* const* const*>(object)[-4];
}

#else

/// PyDictValues: four bytes, of which the last says whether the object still keeps them, and the
/// values.
struct InlineValues {
  std::uint8_t capacity;
  std::uint8_t size;
  std::uint8_t embedded;
  std::uint8_t valid;
  PyObject* values[1];
};

ADYTON_ALWAYS_INLINE PyObject* const* values_in(const PyDictValues* values) {
  return values == nullptr ? nullptr : reinterpret_cast<const InlineValues*>(values)->values;
}

ADYTON_ALWAYS_INLINE PyObject* const* values_beside(PyObject* object) {
  if (!(Py_TYPE(object)->tp_flags & Py_TPFLAGS_INLINE_VALUES)) return nullptr;
  const auto* const inside = reinterpret_cast<const InlineValues*>(object + 1);
  return inside->valid != 0 ? inside->values : nullptr;
}

#endif

/// Precondition: the type has Py_TPFLAGS_MANAGED_DICT.
ADYTON_ALWAYS_INLINE InstanceValues values_of(PyObject* object) {
  if (PyObject* const dictionary = reinterpret_cast<PyObject* const*>(object)[-3]) {
    const auto* const dict = reinterpret_cast<const PyDictObject*>(dictionary);
    const auto* const names = reinterpret_cast<const InstanceValues::Names*>(dict->ma_keys);
    if (names->kind == 0) return {};
    return {names, values_in(dict->ma_values)};
  }
  PyObject* const* const values = values_beside(object);
  if (values == nullptr) return {};
  const auto* const type = reinterpret_cast<const PyHeapTypeObject*>(Py_TYPE(object));
  return {reinterpret_cast<const InstanceValues::Names*>(type->ht_cached_keys), values};
}

#endif

ADYTON_ALWAYS_INLINE PyObject* InstanceAttribute::peek(PyObject* object) const {
  if (place_ == Place::slot) {
    return *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + position_);
  }
#if ADYTON_KNOWS_INSTANCE_VALUES
  if (place_ == Place::values) {
    const InstanceValues values = values_of(object);
    const bool same = values.names != nullptr && position_ < values.names->used &&
                      values.entries()[position_].name == name_;
    return same ? values.at(position_) : nullptr;
  }
#endif
  return nullptr;
}

}  // namespace adyton::json
