#pragma once

#include <optional>
#include <utility>

#include <Python.h>

#include "host/base/text.h"
#include "host/python/gil.h"

namespace adyton::crypto {

/// The bytes of a bytes-like object, pinned: they stay where they are, with the GIL or without,
/// until the Buffer goes, which needs the GIL. Another thread may still write into a mutable
/// object; the result is then of no use, but no harm is done.
class Buffer {
 public:
  /// nullopt with TypeError set if the object is not bytes-like; `name` is the argument's.
  static std::optional<Buffer> of(python::Gil& gil, PyObject* object, const char* name);

  /// No bytes.
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : bytes_(other.bytes_),
        object_(std::exchange(other.object_, nullptr)),
        has_view_(std::exchange(other.has_view_, false)) {
    if (has_view_) view_ = other.view_;
  }
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer();

  /// What of() does, in place: whoever moves what was written an instant ago waits for it, which a
  /// short message feels. For a Buffer of no bytes; false with TypeError set.
  bool pin(python::Gil& gil, PyObject* object, const char* name);

  Bytes bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  PyObject* object_ = nullptr;  // held, if that is enough
  bool has_view_ = false;
  Py_buffer view_{};
};

/// The memory of a buffer that is to be written to: pinned as Buffer's.
class WritableBuffer {
 public:
  /// nullopt with TypeError set if the object has no contiguous, writable buffer.
  static std::optional<WritableBuffer> of(python::Gil& gil, PyObject* object, const char* name);

  WritableBuffer(WritableBuffer&& other) noexcept
      : view_(other.view_), held_(std::exchange(other.held_, false)) {}
  WritableBuffer& operator=(WritableBuffer&&) = delete;
  ~WritableBuffer() {
    if (held_) PyBuffer_Release(&view_);
  }

  std::uint8_t* data() const { return static_cast<std::uint8_t*>(view_.buf); }
  std::size_t size() const { return static_cast<std::size_t>(view_.len); }
  bool overlaps(Bytes bytes) const {
    return size() != 0 && bytes.data() < data() + size() && data() < bytes.data() + bytes.size();
  }

 private:
  WritableBuffer() = default;

  Py_buffer view_{};
  bool held_ = false;
};

/// Like Buffer::of, where the argument may be left out or None: then it is empty. False on failure.
struct OptionalBuffer {
  Buffer buffer;

  static std::optional<OptionalBuffer> of(python::Gil& gil, PyObject* object, const char* name);
  Bytes bytes() const { return buffer.bytes(); }
};

}  // namespace adyton::crypto
