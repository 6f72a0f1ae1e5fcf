#include "modules/json/binding/small_text.h"

#include <array>
#include <bit>
#include <cstdint>

#include "modules/json/block.h"
#include "modules/json/decode.h"
#include "modules/json/parse_string.h"
#include "modules/json/read_number.h"
#include "modules/json/utf8_sequence.h"

namespace adyton::json {

PyObject* SmallText::read() {
  skip_space();
  PyObject* const whole = value(0);
  if (whole == nullptr) return nullptr;
  skip_space();
  if (p_ == end_) return whole;
  Py_DECREF(whole);
  return nullptr;
}

PyObject* SmallText::value(unsigned around) {
  switch (*p_) {
    case '"':
      return string();
    case '[':
      return around < most_arrays ? array(around) : nullptr;
    case '{':
      return nullptr;
    case 't':
    case 'f':
    case 'n':
      return constant();
    default:
      return number();
  }
}

PyObject* SmallText::array(unsigned around) {
  std::array<PyObject*, longest / 2> elements;  // with the commas there are no more
  std::size_t count = 0;
  PyObject* list = nullptr;
  ++p_;
  skip_space();
  if (*p_ == ']') {
    ++p_;
    return made(PyList_New(0));
  }
  for (;;) {
    PyObject* const element = value(around + 1);
    if (element == nullptr) break;
    elements[count++] = element;
    skip_space();
    if (*p_ == ']') list = made(new_list(elements.data(), count));
    if (*p_ != ',') break;
    ++p_;
    skip_space();
  }
  if (list == nullptr) {
    while (count > 0) Py_DECREF(elements[--count]);
    return nullptr;
  }
  ++p_;
  return list;
}

PyObject* SmallText::string() {
  const char* const begin = p_ + 1;
  for (const char* p = begin;; p += BaselineBlock::size) {
    const char* const from = within(p, BaselineBlock::size);
    const std::uint32_t stops = BaselineBlock::specials(from) >> (p - from);
    if (stops == 0) continue;  // the NUL is one
    const char* const close = p + std::countr_zero(stops);
    if (*close != '"') return other_string(begin);
    p_ = close + 1;
    return made(new_ascii_str({begin, static_cast<std::size_t>(close - begin)}, false));
  }
}

PyObject* SmallText::other_string(const char* const begin) {
  char characters[longest + 16];
  std::size_t count = 0;
  for (const char* p = begin;;) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"') {
      p_ = p + 1;
      // There never are more than that, but the compiler cannot know.
      return made(new_ascii_str({characters, std::min(count, longest)}, true));
    }
    if (c < ' ') return nullptr;  // the NUL, too
    if (c >= 0x80 || (c == '\\' && p[1] == 'u')) return wide_string(begin);
    if (c == '\\') {
      const char* escape = p;
      if (skip_escape(p, end_, begin)) return nullptr;
      characters[count++] = static_cast<char>(read_escape(escape, end_));
    } else {
      characters[count++] = *p++;
    }
  }
}

PyObject* SmallText::wide_string(const char* const begin) {
  std::array<Py_UCS4, longest> characters;
  std::size_t count = 0;
  for (const char* p = begin;;) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"') {
      p_ = p + 1;
      return made(PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, characters.data(),
                                            static_cast<Py_ssize_t>(count)));
    }
    if (c < ' ') return nullptr;
    if (c >= 0x80) {
      if (!is_sequence(p, end_)) return nullptr;
      characters[count++] = read_sequence(p);
    } else if (c == '\\') {
      const char* escape = p;
      if (skip_escape(p, end_, begin)) return nullptr;
      const std::uint32_t character = read_escape(escape, p);
      // Half of a character it may be: the parser puts them together.
      if (character >= 0xD800 && character < 0xE000) return nullptr;
      characters[count++] = character;
    } else {
      characters[count++] = c;
      ++p;
    }
  }
}

PyObject* SmallText::number() {
  const auto digit = static_cast<unsigned char>(*p_ - '0');
  if (digit < 10 && (p_[1] == ',' || p_[1] == ']')) {
    ++p_;
    return new_int_(digit);
  }
  const char* const from = within(p_, 8);
  const NumberToken token = scan_short_number(detail::load_8(from) >> (8 * (p_ - from)), p_);
  if (token.kind == NumberToken::Kind::none) return long_number();
  p_ = token.end;
  return made(token.kind == NumberToken::Kind::integer ? new_int_(token.integer)
                                                       : new_float(token.real));
}

PyObject* SmallText::long_number() {
  const NumberToken token = scan_number(p_, end_);
  p_ = token.end;
  if (token.kind == NumberToken::Kind::real) return made(new_float(token.real));
  return token.kind == NumberToken::Kind::integer ? made(new_int_(token.integer)) : nullptr;
}

PyObject* SmallText::constant() {
  const std::string_view rest(p_, static_cast<std::size_t>(end_ - p_));
  const auto take = [&](std::string_view word, PyObject* object) -> PyObject* {
    if (!rest.starts_with(word)) return nullptr;
    p_ += word.size();
    return Py_NewRef(object);
  };
  if (*p_ == 't') return take("true", Py_True);
  return *p_ == 'f' ? take("false", Py_False) : take("null", Py_None);
}

/// Where there is no memory, the parser says so.
PyObject* SmallText::made(PyObject* object) {
  if (object == nullptr) [[unlikely]]
    PyErr_Clear();
  return object;
}

}  // namespace adyton::json
