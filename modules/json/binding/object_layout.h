#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <Python.h>

#include "modules/json/always_inline.h"

// What is read of Python's objects directly. Only what the public documented API gives where
// ADYTON_PUBLIC_PYTHON_API is defined, and for the versions of Python whose layout is not known
// here.
#if !defined(ADYTON_PUBLIC_PYTHON_API) && PY_VERSION_HEX >= 0x030B0000 && \
    PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED) && !defined(PYPY_VERSION)
#define ADYTON_KNOWS_OBJECT_LAYOUT 1
#else
#define ADYTON_KNOWS_OBJECT_LAYOUT 0
#endif

namespace adyton::json {

/// The value of an exact int, if it is one of the small ones that are read without asking Python;
/// no Python code runs. False also where the value does not fit.
ADYTON_ALWAYS_INLINE bool read_int(PyObject* number, std::int64_t& value) {
#if ADYTON_KNOWS_OBJECT_LAYOUT
  constexpr int bits = PyLong_SHIFT;
  static_assert(bits == 30 || bits == 15);
#if PY_VERSION_HEX >= 0x030C0000
  const auto& parts = reinterpret_cast<PyLongObject*>(number)->long_value;
  const auto count = static_cast<std::size_t>(parts.lv_tag >> 3);
  const bool negative = (parts.lv_tag & 3) == 2;
  const digit* const digits = parts.ob_digit;
#else
  const Py_ssize_t size = Py_SIZE(number);
  const bool negative = size < 0;
  const auto count = static_cast<std::size_t>(negative ? -size : size);
  const digit* const digits = reinterpret_cast<PyLongObject*>(number)->ob_digit;
#endif
  if (count <= 2) [[likely]] {
    // The first digit is there, and zero, also of zero.
    const std::uint64_t upper = count == 2 ? digits[1] : 0;
    const auto magnitude = static_cast<std::int64_t>(upper << bits | (count == 0 ? 0 : digits[0]));
    value = negative ? -magnitude : magnitude;
    return true;
  }
#endif
  int overflow = 0;
  value = PyLong_AsLongLongAndOverflow(number, &overflow);
  return overflow == 0;
}

/// The members of a dict where they lie, one after the other: each a key and a value, which is null
/// where there is none, as many pointers from the next as `stride` says.
struct DictTable {
  PyObject* const* entry = nullptr;
  Py_ssize_t stride = 2;
  Py_ssize_t count = 0;

  ADYTON_ALWAYS_INLINE void skip(Py_ssize_t entries) { entry += entries * stride; }
  ADYTON_ALWAYS_INLINE void next() { entry += stride; }
  ADYTON_ALWAYS_INLINE PyObject* key() const { return entry[0]; }
  ADYTON_ALWAYS_INLINE PyObject* value() const { return entry[1]; }
};

#if ADYTON_KNOWS_OBJECT_LAYOUT

/// The beginning of CPython's struct _dictkeysobject; the entries lie behind the table of indices.
struct KeysTable {
  Py_ssize_t references;
  std::uint8_t log2_size;
  std::uint8_t log2_index_bytes;
  std::uint8_t kind;
  std::uint32_t version;
  Py_ssize_t usable;
  Py_ssize_t used;
  char indices[1];
};
inline constexpr std::uint8_t general_keys = 0;  // an entry is hash, key, value; else key, value

/// The members of an exact dict that has a table of its own. Valid until Python code runs.
ADYTON_ALWAYS_INLINE bool read_table(PyObject* dict, DictTable& table) {
  const auto* const object = reinterpret_cast<const PyDictObject*>(dict);
  if (object->ma_values != nullptr) return false;
  const auto* const keys = reinterpret_cast<const KeysTable*>(object->ma_keys);
  const Py_ssize_t hash = keys->kind == general_keys ? 1 : 0;
  table.entry = reinterpret_cast<PyObject* const*>(keys->indices +
                                                   (std::size_t{1} << keys->log2_index_bytes)) +
                hash;
  table.stride = 2 + hash;
  table.count = keys->used;
  return true;
}

#if PY_VERSION_HEX < 0x030C0000

#define ADYTON_HAS_SHARED_TABLES 1

/// The members of a dict that shares its keys with others: the values are its own.
struct SharedTable {
  PyObject* const* entry = nullptr;
  PyObject* const* values = nullptr;
  Py_ssize_t count = 0;

  ADYTON_ALWAYS_INLINE void skip(Py_ssize_t entries) {
    entry += entries * 2;
    values += entries;
  }
  ADYTON_ALWAYS_INLINE void next() { skip(1); }
  ADYTON_ALWAYS_INLINE PyObject* key() const { return entry[0]; }
  ADYTON_ALWAYS_INLINE PyObject* value() const { return values[0]; }
};

/// The same of an exact dict with shared keys, if its values were set in their order: the numbers
/// of the keys lie before the values, the first one's last, behind two bytes.
ADYTON_ALWAYS_INLINE bool read_shared_table(PyObject* dict, SharedTable& table) {
  const auto* const object = reinterpret_cast<const PyDictObject*>(dict);
  const auto* const keys = reinterpret_cast<const KeysTable*>(object->ma_keys);
  const auto* const numbers = reinterpret_cast<const std::uint8_t*>(object->ma_values) - 3;
  for (Py_ssize_t i = 0; i < object->ma_used; ++i) {
    if (numbers[-i] != i) return false;
  }
  table.entry = reinterpret_cast<PyObject* const*>(keys->indices +
                                                   (std::size_t{1} << keys->log2_index_bytes));
  table.values = reinterpret_cast<PyObject* const*>(object->ma_values);
  table.count = object->ma_used;
  return true;
}

#endif

ADYTON_ALWAYS_INLINE Py_ssize_t dict_size(PyObject* dict) {
  return PyDict_GET_SIZE(dict);
}

/// The elements of a list or a tuple, valid until Python code runs.
ADYTON_ALWAYS_INLINE PyObject* const* element_pointers(PyObject* sequence, bool is_tuple) {
  return is_tuple ? reinterpret_cast<PyTupleObject*>(sequence)->ob_item
                  : reinterpret_cast<PyListObject*>(sequence)->ob_item;
}

/// Whether all characters are ASCII. Precondition: the str is ready.
ADYTON_ALWAYS_INLINE bool is_ascii(PyObject* str) {
  // Both bits at once.
  PyASCIIObject pattern{};
  pattern.state.compact = 1;
  pattern.state.ascii = 1;
  std::uint32_t mask;
  std::uint32_t state;
  std::memcpy(&mask, &pattern.state, sizeof mask);
  std::memcpy(&state, &reinterpret_cast<PyASCIIObject*>(str)->state, sizeof state);
  return (state & mask) == mask;
}
ADYTON_ALWAYS_INLINE const std::uint8_t* ascii_characters(PyObject* str) {
  return reinterpret_cast<const std::uint8_t*>(reinterpret_cast<PyASCIIObject*>(str) + 1);
}

/// The UTF-8 that somebody else has left on an exact str that is not ASCII, or null.
ADYTON_ALWAYS_INLINE const std::uint8_t* ready_utf8(PyObject* str, std::size_t& size) {
  if (!reinterpret_cast<PyASCIIObject*>(str)->state.compact) return nullptr;
  const auto* const object = reinterpret_cast<const PyCompactUnicodeObject*>(str);
  size = static_cast<std::size_t>(object->utf8_length);
  return reinterpret_cast<const std::uint8_t*>(object->utf8);
}

#else

ADYTON_ALWAYS_INLINE bool read_table(PyObject*, DictTable&) {
  return false;
}
ADYTON_ALWAYS_INLINE Py_ssize_t dict_size(PyObject* dict) {
  return PyDict_Size(dict);
}
ADYTON_ALWAYS_INLINE PyObject* const* element_pointers(PyObject* sequence, bool) {
  return PySequence_Fast_ITEMS(sequence);
}
ADYTON_ALWAYS_INLINE bool is_ascii(PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  if (!PyUnicode_IS_READY(str)) return false;
#endif
  return PyUnicode_MAX_CHAR_VALUE(str) <= 0x7F;
}
ADYTON_ALWAYS_INLINE const std::uint8_t* ascii_characters(PyObject* str) {
  return static_cast<const std::uint8_t*>(PyUnicode_DATA(str));
}
ADYTON_ALWAYS_INLINE const std::uint8_t* ready_utf8(PyObject*, std::size_t&) {
  return nullptr;
}

#endif

}  // namespace adyton::json
