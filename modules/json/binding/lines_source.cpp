#include "modules/json/binding/lines_source.h"

#include <algorithm>
#include <utility>

#include "modules/json/binding/raised.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

constexpr Py_ssize_t block_size = 256 << 10;

/// An attribute, or none; with an exception set only if it is not that there is none.
Ref attribute(PyObject* object, const char* name) {
  Ref value = Ref::steal(PyObject_GetAttrString(object, name));
  if (!value && PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
  return value;
}

}  // namespace

bool LinesSource::open(Gil&, PyObject* source) {
  if (PyUnicode_Check(source)) {
    kind_ = Kind::text;
    source_ = Ref::borrow(source);
    return true;
  }
  if (PyObject_CheckBuffer(source)) {
    if (PyObject_GetBuffer(source, &buffer_, PyBUF_SIMPLE) < 0) return false;
    has_buffer_ = true;
    kind_ = Kind::memory;
    return true;
  }
  // read1 gives what is there, so that the lines of a pipe come as they are written.
  for (const char* const name : {"read1", "read"}) {
    read_ = attribute(source, name);
    if (!read_ && PyErr_Occurred()) return false;
    if (!read_) continue;
    kind_ = Kind::file;
    return true;
  }
  const Ref path = attribute(reinterpret_cast<PyObject*>(Py_TYPE(source)), "__fspath__");
  if (path) return open_path(source);
  if (PyErr_Occurred()) return false;
  source_ = Ref::steal(PyObject_GetIter(source));
  if (source_) {
    kind_ = Kind::pieces;
    return true;
  }
  if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
  PyErr_Format(PyExc_TypeError,
               "loads_lines() reads bytes, a str (as the text itself, not as a path), a path "
               "object, a file or an iterable of bytes or str, not %.200s",
               Py_TYPE(source)->tp_name);
  return false;
}

bool LinesSource::open_path(PyObject* path) {
  const Ref io = Ref::steal(PyImport_ImportModule("io"));
  if (!io) return false;
  file_ = Ref::steal(PyObject_CallMethod(io.get(), "FileIO", "O", path));
  if (!file_) return false;
  read_ = Ref::steal(PyObject_GetAttrString(file_.get(), "read"));
  kind_ = Kind::file;
  return static_cast<bool>(read_);
}

LinesSource::Next LinesSource::next(Gil&, std::string_view& piece) {
  switch (kind_) {
    case Kind::none:
      break;
    case Kind::memory:
      kind_ = Kind::none;
      piece = {static_cast<const char*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
      return Next::piece;
    case Kind::text:
      return next_text(piece);
    case Kind::file:
      return next_read(piece);
    case Kind::pieces:
      return next_item(piece);
  }
  close();
  return Next::end;
}

LinesSource::Next LinesSource::next_text(std::string_view& piece) {
  PyObject* const text = source_.get();
  const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
  const Py_ssize_t begin = position_;
  if (begin == length) {
    close();
    return Next::end;
  }
  // Of a long str beyond ASCII a part at a time is encoded.
  position_ = PyUnicode_IS_ASCII(text) ? length : std::min(length, begin + block_size);
  Ref part = begin == 0 && position_ == length
                 ? Ref::borrow(text)
                 : Ref::steal(PyUnicode_Substring(text, begin, position_));
  return part && take(std::move(part), piece) ? Next::piece : Next::failed;
}

LinesSource::Next LinesSource::next_read(std::string_view& piece) {
  Ref read = Ref::steal(PyObject_CallFunction(read_.get(), "n", block_size));
  if (!read) return Next::failed;
  if (read.get() == Py_None) {
    PyErr_SetString(PyExc_BlockingIOError,
                    "loads_lines() needs a file that blocks: there is nothing to read yet");
    return Next::failed;
  }
  if (!take(std::move(read), piece)) return Next::failed;
  if (!piece.empty()) return Next::piece;
  close();
  return Next::end;
}

LinesSource::Next LinesSource::next_item(std::string_view& piece) {
  Ref item = Ref::steal(PyIter_Next(source_.get()));
  if (item) return take(std::move(item), piece) ? Next::piece : Next::failed;
  if (PyErr_Occurred()) return Next::failed;
  close();
  return Next::end;
}

bool LinesSource::take(Ref object, std::string_view& piece) {
  release_piece();
  if (PyUnicode_Check(object.get())) {
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(object.get()) < 0) return false;
#endif
    if (PyUnicode_IS_ASCII(object.get())) {
      piece = {static_cast<const char*>(PyUnicode_DATA(object.get())),
               static_cast<std::size_t>(PyUnicode_GET_LENGTH(object.get()))};
      piece_ = std::move(object);
      return true;
    }
    object = Ref::steal(PyUnicode_AsEncodedString(object.get(), "utf-8", "surrogatepass"));
    if (!object) return false;
  }
  if (!PyObject_CheckBuffer(object.get())) {
    PyErr_Format(PyExc_TypeError, "loads_lines() got a %.200s from its source, not bytes or str",
                 Py_TYPE(object.get())->tp_name);
    return false;
  }
  if (PyObject_GetBuffer(object.get(), &buffer_, PyBUF_SIMPLE) < 0) return false;
  has_buffer_ = true;
  piece = {static_cast<const char*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
  return true;
}

void LinesSource::release_piece() {
  piece_ = Ref();
  if (has_buffer_) PyBuffer_Release(&buffer_);
  has_buffer_ = false;
}

void LinesSource::close() {
  kind_ = Kind::none;
  release_piece();
  source_ = Ref();
  read_ = Ref();
  const Ref file = std::move(file_);
  if (!file) return;
  // An exception may be on its way.
  Gil gil = Gil::held_by_caller();
  Ref raised = take_raised(gil);
  const Ref closed = Ref::steal(PyObject_CallMethod(file.get(), "close", nullptr));
  if (!closed) PyErr_WriteUnraisable(file.get());
  raise_again(gil, std::move(raised));
}

int LinesSource::traverse(visitproc visit, void* arg) const {
  Py_VISIT(source_.get());
  Py_VISIT(read_.get());
  Py_VISIT(file_.get());
  Py_VISIT(piece_.get());
  if (has_buffer_) Py_VISIT(buffer_.obj);
  return 0;
}

}  // namespace adyton::json
