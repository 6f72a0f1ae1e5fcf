#pragma once

// How a Walk writes scalars. Included by walk.h.

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::make_room(Unit*& out) {
  if (out > limit_) [[unlikely]] {
    out = grow(out, 0);
    if (out == nullptr) return false;
  }
  return true;
}

/// Whether the text is wide enough for an object, if it is exactly a str.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::fits(PyObject* object) {
  if constexpr (is_text && sizeof(Unit) < 4) {
    if (Py_TYPE(object) == &PyUnicode_Type && !is_ascii(object)) [[unlikely]]
      return fits_rarely(object);
  }
  return true;
}

/// The characters of an exact str, without quotes.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_characters(Unit*& out, PyObject* str,
                                                            std::size_t size) {
  if (out + size > limit_) [[unlikely]] {
    out = grow(out, size);
    if (out == nullptr) return false;
  }
  if (is_ascii(str)) [[likely]] {
    if (detail::copy_plain<Form>(ascii_characters(str), size, out)) [[likely]] {
      out += size;
      return true;
    }
  } else if constexpr (Form::is_utf8) {
    std::size_t ready_size = 0;
    const std::uint8_t* const ready = ready_utf8(str, ready_size);
    if (ready != nullptr && out + ready_size <= limit_ &&
        detail::copy_plain<detail::Raw<Unit>>(ready, ready_size, out)) {
      out += ready_size;
      return true;
    }
  }
  out = put_rare(out, str);
  return out != nullptr;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE Found Walk<Form, style>::put(Unit*& out, PyObject* object) {
  return put_value(out, object, [this](Unit*& at, PyObject* str, std::size_t size) {
    return put_characters(at, str, size);
  });
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
