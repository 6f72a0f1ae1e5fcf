#include "modules/json/binding/scalar.h"

#include <string>

#include "modules/json/binding/text.h"
#include "modules/json/number.h"

namespace adyton::json {

using python::Gil;
using python::Ref;

namespace {

Ref make_number(std::string_view text) {
  using Kind = NumberToken::Kind;
  const NumberToken number = scan_number(text.data(), text.data() + text.size());
  if (number.kind == Kind::integer) return Ref::steal(PyLong_FromLongLong(number.integer));
  if (number.kind == Kind::real) return Ref::steal(PyFloat_FromDouble(number.real));
  return Ref::steal(PyLong_FromString(std::string(text).c_str(), nullptr, 10));
}

}  // namespace

Ref make_scalar(Gil& gil, std::string_view text) {
  switch (text[0]) {
    case '"':
      return Ref::steal(make_str(gil, *measure(text.substr(1, text.size() - 2))));
    case 't':
      return Ref::borrow(Py_True);
    case 'f':
      return Ref::borrow(Py_False);
    case 'n':
      return Ref::borrow(Py_None);
    default:
      return make_number(text);
  }
}

Ref make_name(Gil&, std::string_view utf8) {
  return Ref::steal(
      PyUnicode_DecodeUTF8(utf8.data(), static_cast<Py_ssize_t>(utf8.size()), "surrogatepass"));
}

bool read_name(Gil&, PyObject* str, std::string& buffer, std::string_view& text) {
  Py_ssize_t size = 0;
  if (const char* const utf8 = PyUnicode_AsUTF8AndSize(str, &size)) {
    text = {utf8, static_cast<std::size_t>(size)};
    return true;
  }
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) return false;
  PyErr_Clear();
  const Ref bytes = Ref::steal(PyUnicode_AsEncodedString(str, "utf-8", "surrogatepass"));
  if (!bytes) return false;
  buffer.assign(PyBytes_AS_STRING(bytes.get()),
                static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
  text = buffer;
  return true;
}

}  // namespace adyton::json
