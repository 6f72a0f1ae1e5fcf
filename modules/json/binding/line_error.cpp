#include "modules/json/binding/line_error.h"

#include <algorithm>

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Characters of a line that an error keeps on either side of its place.
constexpr Py_ssize_t kept = 200;

constexpr char documentation[] =
    R"(A line that is no JSON document, as loads_lines finds it: a JSONDecodeError.

msg      what is wrong
line     the number of the line in the source, from 1; lineno is the same
offset   where the line begins in the source, in bytes (of a str: of its UTF-8)
pos      where in the line the fault is, in characters from 0; colno is one more
doc      the line, or of a long one the 200 characters before and behind the fault)";

bool set(PyObject* self, const char* name, Ref value) {
  return value && PyObject_SetAttrString(self, name, value.get()) == 0;
}

int initialise(PyObject* self, PyObject* args, PyObject* keywords) {
  PyObject* message;
  PyObject* document;
  Py_ssize_t position;
  unsigned long long line;
  unsigned long long offset;
  if (keywords != nullptr && PyDict_GET_SIZE(keywords) > 0) {
    PyErr_SetString(PyExc_TypeError, "LineError() takes no keyword arguments");
    return -1;
  }
  if (!PyArg_ParseTuple(args, "UUnKK:LineError", &message, &document, &position, &line, &offset)) {
    return -1;
  }
  // What the standard library's __init__ sets, and the line's.
  const bool done =
      set(self, "args",
          Ref::steal(Py_BuildValue(
              "(N)", PyUnicode_FromFormat("%U: line %llu column %zd (the line begins at byte "
                                          "%llu)",
                                          message, line, position + 1, offset)))) &&
      set(self, "msg", Ref::borrow(message)) && set(self, "doc", Ref::borrow(document)) &&
      set(self, "pos", Ref::steal(PyLong_FromSsize_t(position))) &&
      set(self, "lineno", Ref::steal(PyLong_FromUnsignedLongLong(line))) &&
      set(self, "colno", Ref::steal(PyLong_FromSsize_t(position + 1))) &&
      set(self, "line", Ref::steal(PyLong_FromUnsignedLongLong(line))) &&
      set(self, "offset", Ref::steal(PyLong_FromUnsignedLongLong(offset)));
  return done ? 0 : -1;
}

PyObject* reduce(PyObject* self, PyObject*) {
  Ref values[5];
  const char* const names[] = {"msg", "doc", "pos", "line", "offset"};
  for (int i = 0; i < 5; ++i) {
    values[i] = Ref::steal(PyObject_GetAttrString(self, names[i]));
    if (!values[i]) return nullptr;
  }
  return Py_BuildValue("O(OOOOO)", Py_TYPE(self), values[0].get(), values[1].get(), values[2].get(),
                       values[3].get(), values[4].get());
}

PyMethodDef methods[] = {
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_init, reinterpret_cast<void*>(&initialise)},
    {Py_tp_methods, methods},
    {Py_tp_doc, const_cast<char*>(documentation)},
    {0, nullptr},
};

PyType_Spec spec = {
    "adyton.json.LineError", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots,
};

}  // namespace

Ref make_line_error_type(Gil&, PyObject* module, PyObject* standard) {
  return Ref::steal(PyType_FromModuleAndSpec(module, &spec, standard));
}

Ref make_line_error(Gil&, PyObject* type, const LineFault& fault) {
  const Py_ssize_t length = PyUnicode_GET_LENGTH(fault.document.get());
  const Py_ssize_t begin = std::clamp<Py_ssize_t>(fault.position - kept, 0, length);
  const Py_ssize_t end = std::clamp<Py_ssize_t>(fault.position + kept, 0, length);
  return Ref::steal(PyObject_CallFunction(
      type, "ONnKK", fault.message.get(), PyUnicode_Substring(fault.document.get(), begin, end),
      fault.position, static_cast<unsigned long long>(fault.line),
      static_cast<unsigned long long>(fault.offset)));
}

}  // namespace adyton::json
