#include "modules/crypto/binding/buffer.h"

namespace adyton::crypto {

std::optional<Buffer> Buffer::of(python::Gil& gil, PyObject* object, const char* name) {
  std::optional<Buffer> buffer(std::in_place);
  if (!buffer->pin(gil, object, name)) buffer.reset();
  return buffer;
}

bool Buffer::pin(python::Gil&, PyObject* object, const char* name) {
  if (PyBytes_CheckExact(object)) {
    // Immutable: a reference pins it, at a third of the price of a view.
    object_ = Py_NewRef(object);
    bytes_ = {reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(object)),
              static_cast<std::size_t>(PyBytes_GET_SIZE(object))};
    return true;
  }
  if (PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be bytes-like, not str; encode it first", name);
    return false;
  }
  if (PyObject_GetBuffer(object, &view_, PyBUF_SIMPLE) != 0) {
    if (PyObject_CheckBuffer(object)) return false;
    PyErr_Format(PyExc_TypeError, "%s must be bytes-like, not %.100s", name,
                 Py_TYPE(object)->tp_name);
    return false;
  }
  has_view_ = true;
  bytes_ = {static_cast<const std::uint8_t*>(view_.buf), static_cast<std::size_t>(view_.len)};
  return true;
}

Buffer::~Buffer() {
  Py_XDECREF(object_);
  if (has_view_) PyBuffer_Release(&view_);
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
  std::optional<OptionalBuffer> optional(std::in_place);
  const bool given = object != nullptr && object != Py_None;
  if (given && !optional->buffer.pin(gil, object, name)) optional.reset();
  return optional;
}

}  // namespace adyton::crypto
