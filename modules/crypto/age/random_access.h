#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/age/payload.h"
#include "modules/crypto/age/writer.h"

namespace adyton::crypto::age {

/// Reads an age file from any place. It holds the chunks around the last place in memory, at most 2
/// MiB of text. One thread at a time.
class RandomAccess {
 public:
  /// `size` is the file's. Verifies the last chunk, so that size() is true. ErrorCode::invalid for
  /// a file in armor, else it fails as Reader.
  static Result<std::unique_ptr<RandomAccess>> open(std::unique_ptr<File> file, std::uint64_t size,
                                                    const Identities& identities,
                                                    Executor executor = on_this_thread);

  /// Of the text.
  std::uint64_t size() const { return size_; }

  /// Fills the buffer from `offset` on, as far as the text reaches; how much that was. A failure is
  /// of that place: others may be read.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer);

 private:
  RandomAccess(std::unique_ptr<File> file, Executor executor, PayloadCipher cipher,
               std::uint64_t payload, std::uint64_t sealed, std::uint64_t size);
  std::uint64_t chunk_count() const {
    return (sealed_ + sealed_chunk_size - 1) / sealed_chunk_size;
  }
  bool holds(std::uint64_t offset) const;
  Status load(std::uint64_t first, std::size_t count);

  std::unique_ptr<File> file_;
  Executor executor_;
  PayloadCipher cipher_;
  std::uint64_t payload_;  // where the chunks begin in the file
  std::uint64_t sealed_;   // and how long they are together
  std::uint64_t size_;
  BatchBuffer raw_;
  BatchBuffer text_;
  std::uint64_t first_ = 0;  // the chunk with which text_ begins
};

}  // namespace adyton::crypto::age
