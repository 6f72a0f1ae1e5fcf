#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/age/armor.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/age/payload.h"

namespace adyton::crypto::age {

/// Chunks that are worked on at once by a Writer or a Reader, which hold twice so many as text and
/// twice so many sealed: 8 MiB together.
inline constexpr std::size_t batch_chunks = 32;

/// Memory for text or its sealed form; what was in it is wiped when it goes.
class BatchBuffer {
 public:
  explicit BatchBuffer(std::size_t capacity);
  ~BatchBuffer() { clear(); }
  BatchBuffer(const BatchBuffer&) = delete;
  BatchBuffer& operator=(const BatchBuffer&) = delete;

  std::uint8_t* data() { return data_.get(); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }
  Bytes bytes() const { return {data_.get(), size_}; }
  std::span<char> free() { return {reinterpret_cast<char*>(data()) + size_, capacity_ - size_}; }
  bool is_full() const { return size_ == capacity_; }

  /// The first `size` bytes have been written to.
  void set_size(std::size_t size) {
    size_ = size;
    used_ = std::max(used_, size);
  }
  void append(std::string_view bytes);
  /// Wipes it.
  void clear();

 private:
  std::size_t capacity_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;  // the most that was in it
  std::unique_ptr<std::uint8_t[]> data_;
};

/// Seals a text of any length as one age file, in bounded memory. While a batch is sealed, the one
/// before is written and the next is read, each by a task of the executor: source and sink may be
/// called on any of its threads, each by one at a time. One thread calls the Writer. After a
/// failure nothing more may be called; what was written is no age file then, nor is it before
/// finish().
class Writer {
 public:
  /// Wraps the file key and writes the header.
  static Result<std::unique_ptr<Writer>> create(Sink sink, const Recipients& recipients,
                                                Armor armor, Executor executor = on_this_thread);

  Status write(std::string_view text);
  /// Writes all that the source has.
  Status copy(const Source& source);
  /// Writes the last chunk and what is left.
  Status finish();

 private:
  Writer(Sink sink, Armor armor, Executor executor, PayloadCipher cipher);
  Status step(End end, const Source* source);
  Status put(std::string_view bytes);
  BatchBuffer& current() { return text_[current_]; }

  Sink sink_;
  Executor executor_;
  PayloadCipher cipher_;
  std::unique_ptr<ArmorWriter> armor_;
  // One byte more than a batch: only with it is it known that the batch is not the end.
  std::array<BatchBuffer, 2> text_;
  std::array<BatchBuffer, 2> sealed_;
  std::size_t current_ = 0;
  std::uint64_t chunk_ = 0;  // the number of the next one
};

}  // namespace adyton::crypto::age
