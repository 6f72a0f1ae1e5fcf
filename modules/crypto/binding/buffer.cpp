#include "modules/crypto/binding/buffer.h"

namespace adyton::crypto {

std::optional<Buffer> Buffer::of(python::Gil&, PyObject* object, const char* name) {
  Buffer buffer;
  if (PyBytes_CheckExact(object)) {
    // Immutable: a reference pins it, at a third of the price of a view.
    buffer.view_.obj = Py_NewRef(object);
    buffer.view_.buf = PyBytes_AS_STRING(object);
    buffer.view_.len = PyBytes_GET_SIZE(object);
    buffer.held_ = Held::reference;
    return buffer;
  }
  if (PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be bytes-like, not str; encode it first", name);
    return std::nullopt;
  }
  if (PyObject_GetBuffer(object, &buffer.view_, PyBUF_SIMPLE) != 0) {
    if (PyObject_CheckBuffer(object)) return std::nullopt;
    PyErr_Format(PyExc_TypeError, "%s must be bytes-like, not %.100s", name,
                 Py_TYPE(object)->tp_name);
    return std::nullopt;
  }
  buffer.held_ = Held::view;
  return buffer;
}

Buffer::~Buffer() {
  if (held_ == Held::reference) Py_DECREF(view_.obj);
  if (held_ == Held::view) PyBuffer_Release(&view_);
}

std::optional<WritableBuffer> WritableBuffer::of(python::Gil&, PyObject* object, const char* name) {
  WritableBuffer buffer;
  if (PyObject_GetBuffer(object, &buffer.view_, PyBUF_CONTIG) == 0) {
    buffer.held_ = true;
    return buffer;
  }
  PyErr_Format(
      PyExc_TypeError,
      "%s must be a contiguous buffer that can be written to, as a bytearray is, not %.100s", name,
      Py_TYPE(object)->tp_name);
  return std::nullopt;
}

std::optional<OptionalBuffer> OptionalBuffer::of(python::Gil& gil, PyObject* object,
                                                 const char* name) {
  OptionalBuffer optional;
  if (object == nullptr || object == Py_None) return optional;
  auto buffer = Buffer::of(gil, object, name);
  if (!buffer) return std::nullopt;
  optional.buffer.emplace(std::move(*buffer));
  return optional;
}

}  // namespace adyton::crypto
