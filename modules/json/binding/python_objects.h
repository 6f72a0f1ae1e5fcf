#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include <Python.h>

#include "modules/json/block.h"

// Python's objects, made the short way. The only place (with its source file) where this room
// relies on how CPython lays its objects out; elsewhere, and wherever ADYTON_PUBLIC_PYTHON_API is
// defined, the same functions use the documented interface and make equal objects.
#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000 && !defined(Py_DEBUG) && \
    !defined(Py_TRACE_REFS) && !defined(ADYTON_PUBLIC_PYTHON_API)
#define ADYTON_JSON_OBJECT_LAYOUT
#endif

namespace adyton::json {

/// What becomes of a member whose key the object had already: its value counts, the earlier one
/// does, or the document is refused.
enum class DuplicateKeys : std::uint8_t { last, first, error };

/// Whether an object may hold containers, and so must be known to the garbage collector.
enum class Holds : std::uint8_t { scalars, containers };

/// All of these need the GIL, and give a new reference, or null with an exception set.

/// A str of ASCII. `roomy`: 16 bytes behind the text can be read.
inline PyObject* new_ascii_str(std::string_view text, bool roomy);

PyObject* new_short_str(std::string_view text);  // of less than two characters

/// A bytes object of two bytes at least, which are still to be written.
PyObject* new_bytes(std::size_t size);

inline PyObject* new_float(double value);
PyObject* new_unsigned(std::uint64_t value);

/// Makes ints; those that CPython has ready it finds in place.
class IntMaker {
 public:
  IntMaker();
  inline PyObject* operator()(std::int64_t value) const;

 private:
  static PyObject* new_other(std::int64_t value);

  PyObject* zero_;  // where the others lie around it, or null
};

/// The UTF-8 of a str beyond ASCII, if the str keeps a copy of it already, as it does once somebody
/// asked it to; a NUL is behind it. Else a view of null. (The documented function makes the copy.)
std::string_view kept_utf8(PyObject* str);

/// A list of `count` elements; takes their references unless it fails.
PyObject* new_list(PyObject* const* elements, std::size_t count);

/// A dict of `count` members, `members` being key, value, key, value...; the keys are str. Takes
/// their references unless it fails. With DuplicateKeys::error a key that is there twice is a
/// failure without an exception.
PyObject* new_dict(PyObject* const* members, std::size_t count, DuplicateKeys duplicates,
                   Holds holds);

/// The keys of dicts that have the same ones in the same order.
class DictKeys {
 public:
  // CPython keeps the order of shared keys in signed bytes.
  static constexpr std::size_t most = 120;

  /// Null without an exception if two are equal. `count` is 1 to `most`.
  static std::unique_ptr<DictKeys> make(PyObject* const* keys, std::size_t count);
  ~DictKeys();
  DictKeys(const DictKeys&) = delete;
  DictKeys& operator=(const DictKeys&) = delete;

  /// A dict of these keys; takes the references of the values, as many as there are keys, unless it
  /// fails.
  PyObject* new_dict(PyObject* const* values, Holds holds) const;

 private:
  DictKeys() = default;

  std::size_t count_ = 0;
#if defined(ADYTON_JSON_OBJECT_LAYOUT)
  PyDictKeysObject* keys_ = nullptr;  // owned
  std::size_t prefix_size_ = 0;       // of what lies before the values of a dict
  unsigned char prefix_[(most + 2 + 7) / 8 * 8] = {};
#else
  std::vector<PyObject*> keys_;  // owned
#endif
};

/// memcpy of two bytes at least; few are copied in place.
inline void copy_some(char* to, const char* from, std::size_t size) {
  const auto in_two = [=](auto part) {
    std::memcpy(to, from, part);
    std::memcpy(to + size - part, from + size - part, part);
  };
  if (size > 32) return static_cast<void>(std::memcpy(to, from, size));
  if (size >= 16) return in_two(std::integral_constant<std::size_t, 16>());
  if (size >= 8) return in_two(std::integral_constant<std::size_t, 8>());
  if (size >= 4) return in_two(std::integral_constant<std::size_t, 4>());
  return in_two(std::integral_constant<std::size_t, 2>());
}

#if defined(ADYTON_JSON_OBJECT_LAYOUT)

[[gnu::always_inline]] inline PyObject* new_ascii_str(std::string_view text, bool roomy) {
  const std::size_t size = text.size();
  if (size < 2) [[unlikely]]
    return new_short_str(text);
  // In whole vectors, which also is how allocators give it.
  const std::size_t bytes = (sizeof(PyASCIIObject) + size + 16) & ~std::size_t{15};
  static_assert(sizeof(PyASCIIObject) % 16 == 0);
  auto* const str = static_cast<PyASCIIObject*>(PyObject_Malloc(bytes));
  if (str == nullptr) [[unlikely]]
    return PyErr_NoMemory();
  str->ob_base.ob_refcnt = 1;
  str->ob_base.ob_type = &PyUnicode_Type;
  str->length = static_cast<Py_ssize_t>(size);
  str->hash = -1;
  str->state = {SSTATE_NOT_INTERNED, PyUnicode_1BYTE_KIND, 1, 1, 1};
  str->wstr = nullptr;
  char* const data = reinterpret_cast<char*>(str + 1);
  if (roomy && size <= 256) [[likely]] {
    for (std::size_t i = 0; i < size; i += 16) std::memcpy(data + i, text.data() + i, 16);
  } else {
    copy_some(data, text.data(), size);
  }
  data[size] = '\0';
  return reinterpret_cast<PyObject*>(str);
}

inline PyObject* new_float(double value) {
  auto* const real = static_cast<PyFloatObject*>(PyObject_Malloc(sizeof(PyFloatObject)));
  if (real == nullptr) [[unlikely]]
    return PyErr_NoMemory();
  real->ob_base.ob_refcnt = 1;
  real->ob_base.ob_type = &PyFloat_Type;
  real->ob_fval = value;
  return reinterpret_cast<PyObject*>(real);
}

inline PyObject* IntMaker::operator()(std::int64_t value) const {
  if (static_cast<std::uint64_t>(value) + 5 < 262 && zero_ != nullptr) {
    PyObject* const ready =
        reinterpret_cast<PyObject*>(reinterpret_cast<PyLongObject*>(zero_) + value);
    return Py_NewRef(ready);
  }
  return new_other(value);
}

#else

inline PyObject* new_ascii_str(std::string_view text, bool) {
  if (text.size() < 2) return new_short_str(text);
  PyObject* const str = PyUnicode_New(static_cast<Py_ssize_t>(text.size()), 0x7F);
  if (str != nullptr) std::memcpy(PyUnicode_DATA(str), text.data(), text.size());
  return str;
}

inline PyObject* new_float(double value) {
  return PyFloat_FromDouble(value);
}

inline PyObject* IntMaker::operator()(std::int64_t value) const {
  return PyLong_FromLongLong(value);
}

#endif

}  // namespace adyton::json
