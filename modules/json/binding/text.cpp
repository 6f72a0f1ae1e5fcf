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

std::size_t unit(Width width) {
  return width <= Width::latin1 ? 1 : width == Width::ucs2 ? 2 : 4;
}

void fill(void* out, const StringToken& token) {
  if (token.characters != nullptr) {
    std::memcpy(out, token.characters, token.length * unit(token.width));
    return;
  }
  switch (token.width) {
    case Width::ascii:
    case Width::latin1:
      return decode(token, static_cast<std::uint8_t*>(out));
    case Width::ucs2:
      return decode(token, static_cast<std::uint16_t*>(out));
    case Width::ucs4:
      return decode(token, static_cast<std::uint32_t*>(out));
  }
}

/// One character below U+0100: CPython has these ready.
PyObject* single(const StringToken& token) {
  std::uint8_t c = 0;
  fill(&c, token);
  return PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, &c, 1);
}

}  // namespace

PyObject* make_wide_str(python::Gil&, const StringToken& token) {
  if (token.length == 1 && token.width <= Width::latin1) return single(token);
  PyObject* str = PyUnicode_New(static_cast<Py_ssize_t>(token.length), largest(token.width));
  if (str != nullptr) fill(PyUnicode_DATA(str), token);
  return str;
}

}  // namespace adyton::json
