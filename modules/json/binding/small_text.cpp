#include "modules/json/binding/small_text.h"

#include <array>
#include <cstdint>

#include "modules/json/parse_string.h"
#include "modules/json/read_number.h"

namespace adyton::json {

PyObject* SmallText::read() {
  skip_blanks();
  PyObject* const value = *p_ == '[' ? array() : scalar();
  if (value == nullptr) return nullptr;
  skip_blanks();
  if (p_ == end_) return value;
  Py_DECREF(value);
  return nullptr;
}

PyObject* SmallText::array() {
  std::array<PyObject*, longest / 2> elements;  // with the commas there are no more
  std::size_t count = 0;
  PyObject* list = nullptr;
  for (;;) {
    ++p_;
    skip_blanks();
    PyObject* const element = scalar();
    if (element == nullptr) break;
    elements[count++] = element;
    skip_blanks();
    if (*p_ == ',') continue;
    if (*p_ == ']') list = made(new_list(elements.data(), count));
    break;
  }
  if (list == nullptr) {
    while (count > 0) Py_DECREF(elements[--count]);
    return nullptr;
  }
  ++p_;
  return list;
}

PyObject* SmallText::scalar() {
  switch (*p_) {
    case '"':
      return string();
    case 't':
    case 'f':
    case 'n':
      return constant();
    default:
      return number();
  }
}

PyObject* SmallText::string() {
  const char* const begin = p_ + 1;
  unsigned high = 0;
  const char* const close = skip_plain(begin, end_, high);
  if (high != 0 || *close != '"') return nullptr;
  p_ = close + 1;
  return made(new_ascii_str({begin, static_cast<std::size_t>(close - begin)}, false));
}

PyObject* SmallText::number() {
  constexpr std::ptrdiff_t most_digits = 18;  // of any value, they fit 64 bits
  const char* const begin = p_;
  const bool negative = *begin == '-';
  const char* const digits = begin + (negative ? 1 : 0);
  std::int64_t value = 0;
  const char* p = digits;
  for (; *p >= '0' && *p <= '9'; ++p) {
    if (p - digits == most_digits) return nullptr;
    value = value * 10 + (*p - '0');
  }
  if (p == digits || (*digits == '0' && p - digits > 1)) return nullptr;
  if (*p == '.' || (*p | 0x20) == 'e') {
    const NumberToken token = scan_number(begin, end_);
    if (token.kind != NumberToken::Kind::real) return nullptr;
    p_ = token.end;
    return made(new_float(token.real));
  }
  p_ = p;
  return made(new_int_(negative ? -value : value));
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
