#pragma once

#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/write.h"

namespace adyton::json {

/// A Buffer that becomes a Python object without being copied, unless it is short: the first bytes
/// lie on the C stack. An object may keep an eighth more memory than it needs. The GIL is held for
/// its whole life; it throws std::bad_alloc, with no exception set.
class Output : public Buffer {
 public:
  /// About `expected` bytes will be written.
  explicit Output(python::Gil&, std::size_t expected = 0) : expected_(expected) {
    place(start_, 0, sizeof start_);
  }

  bool is_short() const { return !object_; }

 protected:
  void grow(std::size_t more) override;

  /// With room for `capacity` bytes; empty with an exception set if there is no memory.
  virtual python::Ref new_object(std::size_t capacity) const = 0;
  virtual char* memory_of(PyObject* object) const = 0;

  /// Whether so little of the object's memory is left over that it may stay with it. What is given
  /// back to the system would have to be fetched from it, page by page, for the next document.
  bool fits() const;

  python::Ref object_;

 private:
  std::size_t foreseen(std::size_t size) const;

  std::size_t expected_;
  alignas(16) char start_[1024];
};

/// An Output of bytes.
class BytesOutput final : public Output {
 public:
  using Output::Output;

  /// A short text as bytes: a new reference, or null with an exception set.
  static PyObject* of(std::string_view text);
  /// The same of a text with quotes around it.
  static PyObject* in_quotes(std::string_view text);
  /// What was written, likewise.
  PyObject* finish();

 private:
  python::Ref new_object(std::size_t capacity) const override;
  char* memory_of(PyObject* object) const override;
};

/// An Output of str: of ASCII, until it is made wider. What is written are characters of unit()
/// bytes each.
class TextOutput final : public Output {
 public:
  using Output::Output;

  /// A short ASCII text as str: a new reference, or null with an exception set.
  static PyObject* of(std::string_view text);
  /// The same of a text with quotes around it.
  static PyObject* in_quotes(std::string_view text);

  std::size_t unit() const { return unit_; }
  Py_UCS4 largest() const { return largest_; }

  /// From here on characters up to `largest` (0x7F, 0xFF, 0xFFFF or 0x10FFFF; not less than before)
  /// may be written. One that needs it must follow.
  void widen(Py_UCS4 largest);

  /// What was written, likewise.
  PyObject* finish();

 private:
  python::Ref new_object(std::size_t capacity) const override;
  char* memory_of(PyObject* object) const override;

  std::size_t unit_ = 1;
  Py_UCS4 largest_ = 0x7F;
};

}  // namespace adyton::json
