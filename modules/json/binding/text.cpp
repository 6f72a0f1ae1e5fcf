#include "modules/json/binding/text.h"

#include <cstring>

namespace adyton::json {
namespace {

Py_UCS4 largest(Width width) {
  switch (width) {
    case Width::ascii:
      return 0x7F;
    case Width::latin1:
      return 0xFF;
    case Width::ucs2:
      return 0xFFFF;
    case Width::ucs4:
      break;
  }
  return 0x10FFFF;
}

void fill(PyObject* str, const StringToken& token) {
  switch (token.width) {
    case Width::ascii:
    case Width::latin1:
      return decode(token, static_cast<std::uint8_t*>(PyUnicode_DATA(str)));
    case Width::ucs2:
      return decode(token, static_cast<std::uint16_t*>(PyUnicode_DATA(str)));
    case Width::ucs4:
      return decode(token, static_cast<std::uint32_t*>(PyUnicode_DATA(str)));
  }
}

/// One character below U+0100: CPython has these ready.
PyObject* single(const StringToken& token) {
  std::uint8_t c = 0;
  decode(token, &c);
  return PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, &c, 1);
}

}  // namespace

PyObject* make_str(python::Gil&, const StringToken& token) {
  if (token.length == 1 && token.width <= Width::latin1) return single(token);
  PyObject* str = PyUnicode_New(static_cast<Py_ssize_t>(token.length), largest(token.width));
  if (str == nullptr) return nullptr;
  if (token.width == Width::ascii && !token.escaped) {
    std::memcpy(PyUnicode_DATA(str), token.raw.data(), token.raw.size());
  } else {
    fill(str, token);
  }
  return str;
}

}  // namespace adyton::json
