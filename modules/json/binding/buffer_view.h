#pragma once

#include <optional>

#include <Python.h>

#include "modules/json/array_text.h"

namespace adyton::json {

/// An object's buffer with shape, strides and format, given back at the end. The GIL is held for
/// its whole life.
class BufferView {
 public:
  /// Without a buffer (false) no exception is left.
  explicit BufferView(PyObject* object)
      : held_(PyObject_GetBuffer(object, &view_, PyBUF_RECORDS_RO) == 0) {
    if (!held_) PyErr_Clear();
  }
  ~BufferView() {
    if (held_) PyBuffer_Release(&view_);
  }
  BufferView(const BufferView&) = delete;
  BufferView& operator=(const BufferView&) = delete;

  explicit operator bool() const { return held_; }
  const Py_buffer* operator->() const { return &view_; }
  Py_buffer* get() { return &view_; }

  /// What its elements are, or nullopt if they are no numbers in this machine's byte order.
  std::optional<Element> element() const;

  /// Whether it is a row of unsigned bytes, as bytes itself is.
  bool is_bytes() const;

  /// It as numbers of that kind: a view of this view.
  Array as_array(Element element) const;

 private:
  Py_buffer view_ = {};
  bool held_;
};

}  // namespace adyton::json
