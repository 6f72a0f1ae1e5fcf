#pragma once

// The parts of a Walk that few documents need, out of line. Included by walk.h.

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

template <class Form, Style style>
[[gnu::noinline]] bool Walk<Form, style>::fits_rarely(PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  // If there is no memory for it, whoever writes it will see that.
  if (PyUnicode_READY(str) < 0) return PyErr_Clear(), true;
#endif
  const Py_UCS4 largest = PyUnicode_MAX_CHAR_VALUE(str);
  walked_ = largest <= 0xFF     ? Walked::needs_latin1
            : largest <= 0xFFFF ? Walked::needs_ucs2
                                : Walked::needs_ucs4;
  return largest <= serializer_.largest();
}

/// What others wrote, in UTF-8, joins the text; if it is wide enough.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::put_others() {
  const Text text = serializer_.others();
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data);
  std::uint8_t most = 0;
  for (std::size_t i = 0; i < text.size; ++i) most = bytes[i] > most ? bytes[i] : most;
  walked_ = most >= 0xF0   ? Walked::needs_ucs4
            : most >= 0xC4 ? Walked::needs_ucs2
                           : Walked::needs_latin1;
  const Py_UCS4 largest = most < 0x80 ? 0x7F : most < 0xC4 ? 0xFF : most < 0xF0 ? 0xFFFF : 0x10FFFF;
  if (largest > serializer_.largest()) return Left::narrow;
  Unit* out = grow(reinterpret_cast<Unit*>(serializer_.cursor()), text.size);
  if (out == nullptr) return Left::failed;
  out = detail::put_decoded(bytes, bytes + text.size, out);
  serializer_.give_back(reinterpret_cast<char*>(out));
  serializer_.forget_others();
  return Left::open;
}

/// Room for `more` units and the slack.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Unit* Walk<Form, style>::grow(Unit* out,
                                                                            std::size_t more) {
  char* limit;
  char* const cursor =
      serializer_.make_room(reinterpret_cast<char*>(out), (more + slack) * sizeof(Unit), limit);
  limit_ = reinterpret_cast<Unit*>(limit) - slack;
  return reinterpret_cast<Unit*>(cursor);
}

/// A str that is not ASCII, or of which something must be escaped.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Unit* Walk<Form, style>::put_rare(Unit* out,
                                                                                PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(str) < 0) return nullptr;
#endif
  if constexpr (Form::is_utf8) {
    std::size_t ready_size = 0;
    const std::uint8_t* const ready = is_ascii(str) ? nullptr : ready_utf8(str, ready_size);
    if (ready != nullptr) {
      if (out + ready_size > limit_) {
        out = grow(out, ready_size);
        if (out == nullptr) return nullptr;
      }
      if (detail::copy_plain<detail::Raw<Unit>>(ready, ready_size, out)) return out + ready_size;
    }
  }
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(str));
  const void* const data = PyUnicode_DATA(str);
  Unit* end;
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      end = put_pieces(out, static_cast<const std::uint8_t*>(data), size);
      break;
    case PyUnicode_2BYTE_KIND:
      end = put_pieces(out, static_cast<const std::uint16_t*>(data), size);
      break;
    default:
      end = put_pieces(out, static_cast<const std::uint32_t*>(data), size);
      break;
  }
  if (end == nullptr && !PyErr_Occurred()) serializer_.refuse_surrogate(str);
  return end;
}

template <class Form, Style style>
template <class Char>
typename Walk<Form, style>::Unit* Walk<Form, style>::put_pieces(Unit* out, const Char* p,
                                                                std::size_t size) {
  while (size > 0 && out != nullptr) {
    const std::size_t part = size < piece ? size : piece;
    if (out + part * detail::worst_growth > limit_) {
      out = grow(out, part * detail::worst_growth);
      if (out == nullptr) return nullptr;
    }
    out = detail::put_characters<Form>(p, p + part, out, reject_);
    p += part;
    size -= part;
  }
  return out;
}

/// Any ASCII, as the layout has it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Unit* Walk<Form, style>::put_text(Unit* out,
                                                                                   Text text) {
  if (out + text.size > limit_) [[unlikely]] {
    out = grow(out, text.size);
    if (out == nullptr) return nullptr;
  }
  if constexpr (sizeof(Unit) == 1) {
    for (std::size_t i = 0; i < text.size; i += Text::padding) {
      std::memcpy(out + i, text.data + i, Text::padding);
    }
  } else {
    for (std::size_t i = 0; i < text.size; ++i) out[i] = static_cast<Unit>(text.data[i]);
  }
  return out + text.size;
}

/// An opening bracket and the line behind it, or a closing one and the line before it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Unit* Walk<Form, style>::put_bracket(Unit* out,
                                                                                      char bracket,
                                                                                      int levels) {
  if (!serializer_.begin_line(levels, marks_.next_line)) return nullptr;
  const Text line = {marks_.next_line.data + marks_.item_separator_size,
                     marks_.next_line.size - marks_.item_separator_size};
  if (levels > 0) *out++ = static_cast<Unit>(bracket);
  out = put_text(out, line);
  if (out != nullptr && levels < 0) *out++ = static_cast<Unit>(bracket);
  return out;
}

/// Left::open if something is left on the stack.
template <class Form, Style style>
typename Walk<Form, style>::Left Walk<Form, style>::take_back() {
  if constexpr (is_text) {
    const Left left = put_others();
    resume_ = reinterpret_cast<Unit*>(serializer_.cursor());
    if (left != Left::open) return left;
  }
  resume_ = grow(reinterpret_cast<Unit*>(serializer_.cursor()), 0);
  if (resume_ == nullptr) return Left::failed;
  next_check_end_ = open_.end_at(next_check_);
  // It may have opened something.
  if (style == Style::any && !serializer_.begin_line(0, marks_.next_line)) return Left::failed;
  return open_.empty() ? Left::done : Left::open;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::resume(Unit*& out,
                                                                                Open*& end,
                                                                                Left left) {
  out = resume_;
  end = open_.end();
  return left;
}

template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::put_other(Unit* out,
                                                                                PyObject* object) {
  serializer_.give_back(reinterpret_cast<char*>(out));
  return serializer_.put_other(object) ? take_back() : Left::failed;
}

template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::put_other_member(
    Unit* out, PyObject* key, PyObject* value) {
  serializer_.give_back(reinterpret_cast<char*>(out));
  return serializer_.put_other_member(key, value) ? take_back() : Left::failed;
}

template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::advance_other(Unit* out) {
  serializer_.give_back(reinterpret_cast<char*>(out));
  return serializer_.advance_other() ? take_back() : Left::failed;
}

/// Whether one more entry may be opened. Who goes round in a circle meets, after the depth has
/// doubled, the object that was opened then: before much is written twice.
template <class Form, Style style>
[[gnu::noinline]] bool Walk<Form, style>::check(PyObject* object) {
  if (open_.is_full(open_.end()) && !open_.grow()) return serializer_.no_memory();
  const std::size_t most = serializer_.options().max_depth;
  const std::size_t depth = open_.size();
  bool may = object != landmark_ || serializer_.may_open(object);
  if (depth >= next_check_) {
    next_check_ = depth * 2 < most ? depth * 2 : most;
    landmark_ = object;
    may = may && (depth < most || serializer_.may_open(object));
  }
  next_check_end_ = open_.end_at(next_check_);
  return may;
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
