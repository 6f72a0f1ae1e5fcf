#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/write.h"

namespace adyton::json {

/// A Buffer that becomes a Python object without being copied, unless it is short: the first bytes
/// lie on the C stack. The GIL is held for its whole life; it throws std::bad_alloc, with no
/// exception set.
class Output : public Buffer {
 public:
  explicit Output(python::Gil&) { place(start_, 0, sizeof start_); }

 protected:
  void grow(std::size_t more) override;

  /// Makes the object's memory `capacity` bytes, keeping what it holds; null if there is none.
  virtual char* resize(std::size_t capacity) = 0;

  bool is_short() const { return !object_; }

  python::Ref object_;

 private:
  char start_[1024];
};

/// An Output of bytes.
class BytesOutput final : public Output {
 public:
  using Output::Output;

  /// What was written, as bytes: a new reference, or null with an exception set.
  PyObject* finish();

 private:
  char* resize(std::size_t capacity) override;
};

/// An Output of str, for ASCII.
class AsciiOutput final : public Output {
 public:
  using Output::Output;

  /// What was written, as str: a new reference, or null with an exception set.
  PyObject* finish();

 private:
  char* resize(std::size_t capacity) override;
};

}  // namespace adyton::json
