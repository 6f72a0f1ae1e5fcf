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

/// An exact int whose distance from zero fits 64 bits.
struct Int {
  std::uint64_t magnitude;
  bool negative;
};

/// False where it does not fit; no Python code runs.
ADYTON_ALWAYS_INLINE bool read_int(PyObject* number, Int& value) {
#if ADYTON_KNOWS_OBJECT_LAYOUT
  constexpr int bits = PyLong_SHIFT;
  static_assert(bits == 30 || bits == 15);
#if PY_VERSION_HEX >= 0x030C0000
  const auto& parts = reinterpret_cast<PyLongObject*>(number)->long_value;
  const auto count = static_cast<std::size_t>(parts.lv_tag >> 3);
  value.negative = (parts.lv_tag & 3) == 2;
  const digit* const digits = parts.ob_digit;
#else
  const Py_ssize_t size = Py_SIZE(number);
  value.negative = size < 0;
  const auto count = static_cast<std::size_t>(value.negative ? -size : size);
  const digit* const digits = reinterpret_cast<PyLongObject*>(number)->ob_digit;
#endif
  // The first digit is there, and zero, also of zero.
  if (count <= 2) [[likely]] {
    const std::uint64_t upper = count == 2 ? digits[1] : 0;
    value.magnitude = upper << bits | (count == 0 ? 0 : digits[0]);
    return true;
  }
  if constexpr (bits == 30) {
    if (count > 3) return false;
    value.magnitude =
        std::uint64_t{digits[2]} << (2 * bits) | std::uint64_t{digits[1]} << bits | digits[0];
    return digits[2] >> (64 - 2 * bits) == 0;
  }
#endif
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow < 0) return false;
  value.negative = overflow == 0 && small < 0;
  value.magnitude =
      value.negative ? 0 - static_cast<std::uint64_t>(small) : PyLong_AsUnsignedLongLong(number);
  if (overflow == 0 || PyErr_Occurred() == nullptr) return true;
  PyErr_Clear();
  return false;
}

/// The value of an exact int that is stored in at most 30 bits, if that can be told without asking
/// Python.
ADYTON_ALWAYS_INLINE bool read_short_int(PyObject* number, std::uint32_t& magnitude,
                                         bool& negative) {
#if ADYTON_KNOWS_OBJECT_LAYOUT
#if PY_VERSION_HEX >= 0x030C0000
  const auto& parts = reinterpret_cast<PyLongObject*>(number)->long_value;
  if (parts.lv_tag >= 16) return false;
  magnitude = parts.lv_tag < 8 ? 0 : parts.ob_digit[0];
  negative = (parts.lv_tag & 3) == 2;
#else
  const Py_ssize_t size = Py_SIZE(number);
  if (static_cast<std::size_t>(size + 1) > 2) return false;
  const digit first = reinterpret_cast<PyLongObject*>(number)->ob_digit[0];
  magnitude = size == 0 ? 0 : first;
  negative = size < 0;
#endif
  return true;
#else
  static_cast<void>(number), static_cast<void>(magnitude), static_cast<void>(negative);
  return false;
#endif
}

/// The members of a dict where they lie, one after the other: each a key and a value, which is null
/// where there is none, as many pointers from the next as `stride` says.
class DictTable {
 public:
  static constexpr bool is_plain = true;  // the dict's own, where they lie

  DictTable() = default;
  ADYTON_ALWAYS_INLINE DictTable(PyObject* const* first, Py_ssize_t stride, Py_ssize_t count)
      : entry_(first), stop_(first + count * stride), stride_(stride), first_(first) {}

  /// Goes over the first entries, as far as there are so many.
  ADYTON_ALWAYS_INLINE void skip(Py_ssize_t entries) {
    const Py_ssize_t distance = entries * stride_;
    entry_ = distance < stop_ - first_ ? first_ + distance : stop_;
  }
  /// The member at which it is, or false if there are no more.
  ADYTON_ALWAYS_INLINE bool peek(PyObject*& key, PyObject*& value) {
    while (true) {
      if (entry_ == stop_) return false;
      value = entry_[1];
      if (value != nullptr) [[likely]]
        break;
      next();
    }
    key = entry_[0];
    return true;
  }
  ADYTON_ALWAYS_INLINE void next() { entry_ += stride_; }
  /// The entries that were gone over.
  ADYTON_ALWAYS_INLINE Py_ssize_t index() const {
    const Py_ssize_t distance = entry_ - first_;
    return stride_ == 2 ? distance / 2 : distance / 3;
  }
  /// Whether there are no more; false where that is not known.
  ADYTON_ALWAYS_INLINE bool ended() const { return entry_ == stop_; }
  /// The value some entries further, or null.
  ADYTON_ALWAYS_INLINE PyObject* ahead(Py_ssize_t entries) const {
    return entries * stride_ < stop_ - entry_ ? entry_[entries * stride_ + 1] : nullptr;
  }

 private:
  PyObject* const* entry_ = nullptr;
  PyObject* const* stop_ = nullptr;
  Py_ssize_t stride_ = 2;  // or 3
  PyObject* const* first_ = nullptr;
};

/// The members of a dict that shares its keys with others: the values are its own.
class SharedTable {
 public:
  static constexpr bool is_plain = false;

  SharedTable() = default;
  ADYTON_ALWAYS_INLINE SharedTable(PyObject* const* keys, PyObject* const* values, Py_ssize_t count)
      : key_(keys), value_(values), stop_(values + count), first_(values) {}

  ADYTON_ALWAYS_INLINE void skip(Py_ssize_t entries) {
    const Py_ssize_t skipped = entries < stop_ - first_ ? entries : stop_ - first_;
    key_ += 2 * skipped;
    value_ += skipped;
  }
  ADYTON_ALWAYS_INLINE bool peek(PyObject*& key, PyObject*& value) const {
    if (value_ == stop_) return false;
    key = *key_;
    value = *value_;
    return true;
  }
  ADYTON_ALWAYS_INLINE void next() {
    key_ += 2;
    ++value_;
  }
  ADYTON_ALWAYS_INLINE Py_ssize_t index() const { return value_ - first_; }
  ADYTON_ALWAYS_INLINE bool ended() const { return value_ == stop_; }
  ADYTON_ALWAYS_INLINE PyObject* ahead(Py_ssize_t entries) const {
    return entries < stop_ - value_ ? value_[entries] : nullptr;
  }

 private:
  PyObject* const* key_ = nullptr;
  PyObject* const* value_ = nullptr;
  PyObject* const* stop_ = nullptr;
  PyObject* const* first_ = nullptr;
};

/// The same of any dict, by the public API.
class AnyTable {
 public:
  static constexpr bool is_plain = false;

  explicit AnyTable(PyObject* dict) : dict_(dict) {}

  void skip(Py_ssize_t entries) { index_ = entries; }
  bool peek(PyObject*& key, PyObject*& value) {
    next_ = index_;
    return PyDict_Next(dict_, &next_, &key, &value) != 0;
  }
  void next() { index_ = next_; }
  Py_ssize_t index() const { return index_; }
  bool ended() const { return false; }
  PyObject* ahead(Py_ssize_t) const { return nullptr; }

 private:
  PyObject* dict_;
  Py_ssize_t index_ = 0;
  Py_ssize_t next_ = 0;
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

ADYTON_ALWAYS_INLINE PyObject* const* first_entry(const KeysTable* keys) {
  return reinterpret_cast<PyObject* const*>(keys->indices +
                                            (std::size_t{1} << keys->log2_index_bytes));
}

/// The members of an exact dict that has a table of its own. Valid until Python code runs.
ADYTON_ALWAYS_INLINE bool read_table(PyObject* dict, DictTable& table) {
  const auto* const object = reinterpret_cast<const PyDictObject*>(dict);
  if (object->ma_values != nullptr) return false;
  const auto* const keys = reinterpret_cast<const KeysTable*>(object->ma_keys);
  const Py_ssize_t hash = keys->kind == general_keys ? 1 : 0;
  table = DictTable(first_entry(keys) + hash, 2 + hash, keys->used);
  return true;
}

#if PY_VERSION_HEX < 0x030C0000

#define ADYTON_HAS_SHARED_TABLES 1

/// The same of an exact dict with shared keys, if its values were set in their order: the numbers
/// of the keys lie before the values, the first one's last, behind two bytes.
ADYTON_ALWAYS_INLINE bool read_shared_table(PyObject* dict, SharedTable& table) {
  const auto* const object = reinterpret_cast<const PyDictObject*>(dict);
  const auto* const keys = reinterpret_cast<const KeysTable*>(object->ma_keys);
  const auto* const numbers = reinterpret_cast<const std::uint8_t*>(object->ma_values) - 3;
  for (Py_ssize_t i = 0; i < object->ma_used; ++i) {
    if (numbers[-i] != i) return false;
  }
  table = SharedTable(first_entry(keys), reinterpret_cast<PyObject* const*>(object->ma_values),
                      object->ma_used);
  return true;
}

#endif

/// Has the processor fetch where a container, which it has, keeps what it holds.
ADYTON_ALWAYS_INLINE void prefetch_inside(PyObject* object) {
  if (Py_TYPE(object) == &PyDict_Type) {
    const auto* const keys =
        reinterpret_cast<const char*>(reinterpret_cast<PyDictObject*>(object)->ma_keys);
    __builtin_prefetch(keys);
    __builtin_prefetch(keys + 64);
    __builtin_prefetch(reinterpret_cast<PyDictObject*>(object)->ma_values);
  } else if (Py_TYPE(object) == &PyList_Type) {
    __builtin_prefetch(reinterpret_cast<PyListObject*>(object)->ob_item);
  }
}

ADYTON_ALWAYS_INLINE Py_ssize_t dict_size(PyObject* dict) {
  return PyDict_GET_SIZE(dict);
}

/// Of an exact dict or list: the number lies at the same place.
ADYTON_ALWAYS_INLINE Py_ssize_t dict_or_list_size(PyObject* container) {
  static_assert(offsetof(PyDictObject, ma_used) == offsetof(PyVarObject, ob_size));
  return Py_SIZE(container);
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
ADYTON_ALWAYS_INLINE void prefetch_inside(PyObject*) {}
ADYTON_ALWAYS_INLINE Py_ssize_t dict_size(PyObject* dict) {
  return PyDict_Size(dict);
}
ADYTON_ALWAYS_INLINE Py_ssize_t dict_or_list_size(PyObject* container) {
  return PyDict_CheckExact(container) ? PyDict_Size(container) : PyList_GET_SIZE(container);
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
