#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <Python.h>

#include "host/base/text.h"
#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/crypto/binding/buffer.h"

namespace adyton::crypto {

/// How many bytes an offset has: Arrow's binary and string (int32), or large_binary and
/// large_string (int64).
enum class OffsetWidth : std::uint8_t { four = 4, eight = 8 };

/// Values in Arrow's layout, pinned: value i is data[offsets[i]:offsets[i + 1]]. The offsets are
/// copied when they are checked, so that nobody changes them afterwards. Destroyed with the GIL
/// held.
class Column {
 public:
  /// nullopt with TypeError or ValueError set. `offsets` is a contiguous buffer of int32 or int64;
  /// one of bytes (as pyarrow's are) is taken as int32, or as `width` says.
  static std::optional<Column> of(python::Gil& gil, PyObject* data, PyObject* offsets,
                                  std::optional<OffsetWidth> width);

  std::size_t size() const { return size_; }
  Bytes operator[](std::size_t i) const {
    return data_.bytes().subspan(offsets_[i], offsets_[i + 1] - offsets_[i]);
  }
  /// Where value i begins, counted from the first.
  std::size_t begin(std::size_t i) const { return offsets_[i] - offsets_[0]; }
  /// The bytes of all values together.
  std::size_t total() const { return begin(size()); }
  OffsetWidth width() const { return width_; }
  Bytes data() const { return data_.bytes(); }

 private:
  Column(Buffer data, std::unique_ptr<std::size_t[]> offsets, std::size_t size, OffsetWidth width)
      : data_(std::move(data)), offsets_(std::move(offsets)), size_(size), width_(width) {}

  Buffer data_;
  std::unique_ptr<std::size_t[]> offsets_;
  std::size_t size_;
  OffsetWidth width_;
};

/// The offsets of a result, being written; of the width that the values' had.
class OffsetWriter {
 public:
  /// `out` has room for count + 1 offsets.
  OffsetWriter(std::uint8_t* out, OffsetWidth width) : out_(out), width_(width) {}
  void set(std::size_t i, std::size_t offset);

 private:
  std::uint8_t* out_;
  OffsetWidth width_;
};

/// Whether offsets of that width reach `size`; if not, OverflowError is set.
bool check_reach(OffsetWidth width, std::size_t size);

/// The argument offset_width: 4, 8, or None or left out, which is no width. False with an exception
/// set for anything else.
bool take_width(python::Gil& gil, PyObject* object, std::optional<OffsetWidth>& width);

/// `bytes` as a memoryview of native integers of that width; nullptr with an exception set.
PyObject* as_offsets(const python::Ref& bytes, OffsetWidth width);

}  // namespace adyton::crypto
