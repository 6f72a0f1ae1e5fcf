#pragma once

// How a value that needs no stack is written. Included by walk.h.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <Python.h>

#include "modules/json/binding/object_layout.h"
#include "modules/json/encode_kernels.h"
#include "modules/json/write_number.h"

namespace adyton::json {
namespace detail {

/// Of 8 characters each.
inline constexpr char constant_words[] = "true    false   null    ";

}  // namespace detail

inline namespace ADYTON_JSON_LEVEL {

/// What an object turned out to be. Of a scalar: it is written.
enum class Found : unsigned char { scalar, list, tuple, dict, other, failure };

/// A short word, its NUL behind it.
template <class Unit, std::size_t size>
ADYTON_ALWAYS_INLINE void put_word(Unit* out, const char (&word)[size]) {
  if constexpr (sizeof(Unit) == 1) {
    std::memcpy(out, word, size);
  } else {
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<Unit>(word[i]);
  }
}

/// detail::put_finite for this level. A call, for it leaves no register to whoever has it inside.
[[gnu::noinline]] inline char* put_finite(double value, char* out) {
  return detail::put_finite(value, out);
}

template <class Unit>
ADYTON_ALWAYS_INLINE void put_int(Unit*& out, Int value) {
  out = detail::put_ascii_by<integer_capacity>(out, [value](char* digits) {
    *digits = '-';
    return detail::put_unsigned(value.magnitude, digits + value.negative);
  });
}

/// None, True or False, without a branch on which: that cannot be foreseen.
template <class Unit>
ADYTON_ALWAYS_INLINE void put_constant(Unit*& out, PyObject* constant) {
  const std::size_t is_false = constant == Py_False;
  const std::size_t is_none = constant == Py_None;
  const char* const word = detail::constant_words + 8 * is_false + 16 * is_none;
  if constexpr (sizeof(Unit) == 1) {
    std::memcpy(out, word, 8);
  } else {
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<Unit>(word[i]);
  }
  out += 4 + is_false;
}

/// Writes a scalar, or an empty container, at `out`, where there is room for all but the characters
/// of a str: put_characters(out, str, size) puts those, and says whether it could.
template <class Unit, class PutCharacters>
ADYTON_ALWAYS_INLINE Found put_value(Unit*& out, PyObject* object, PutCharacters put_characters) {
  PyTypeObject* const type = Py_TYPE(object);
  if (type == &PyUnicode_Type) {
    *out++ = '"';
    const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(object));
    if (!put_characters(out, object, size)) [[unlikely]]
      return Found::failure;
    *out++ = '"';
    return Found::scalar;
  }
  if (type == &PyLong_Type) {
    std::uint32_t magnitude;
    bool negative;
    if (read_short_int(object, magnitude, negative)) [[likely]] {
      out = detail::put_ascii_by<integer_capacity>(out, [=](char* digits) {
        *digits = '-';
        return detail::put_30_bits(magnitude, digits + negative);
      });
      return Found::scalar;
    }
    Int value;
    if (!read_int(object, value)) [[unlikely]]
      return Found::other;
    put_int(out, value);
    return Found::scalar;
  }
  if (type == &PyFloat_Type) {
    const double value = PyFloat_AS_DOUBLE(object);
    // Infinite, or not a number.
    if (!(__builtin_fabs(value) <= __DBL_MAX__)) [[unlikely]]
      return Found::other;
    out = detail::put_ascii_by<real_capacity>(
        out, [value](char* digits) { return put_finite(value, digits); });
    return Found::scalar;
  }
  // One branch for them all: which of them it is cannot be foreseen. (The compiler would make two.)
  unsigned is_constant =
      static_cast<unsigned>(type == &PyBool_Type) | static_cast<unsigned>(object == Py_None);
  asm("" : "+r"(is_constant));
  if (is_constant != 0) {
    put_constant(out, object);
    return Found::scalar;
  }
  unsigned is_dict = type == &PyDict_Type;
  unsigned is_either = is_dict | static_cast<unsigned>(type == &PyList_Type);
  asm("" : "+r"(is_dict), "+r"(is_either));
  if (is_either != 0) {
    if (dict_or_list_size(object) != 0) return is_dict != 0 ? Found::dict : Found::list;
    out[0] = static_cast<Unit>('[' + is_dict * ('{' - '['));
    out[1] = static_cast<Unit>(']' + is_dict * ('}' - ']'));
    out += 2;
    return Found::scalar;
  }
  if (type == &PyTuple_Type) {
    if (Py_SIZE(object) != 0) return Found::tuple;
    put_word(out, "[]");
    out += 2;
    return Found::scalar;
  }
  return Found::other;
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
