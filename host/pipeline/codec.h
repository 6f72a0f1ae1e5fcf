#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"

namespace adyton::pipeline {

enum class Compression { none, gzip, zstd };

/// By the file's name: ".gz", ".zst".
Compression compression_of(std::string_view path);

/// A stream of bytes: a file as it is, or decompressed. One thread at a time.
class ByteReader {
 public:
  virtual ~ByteReader() = default;

  /// Up to `buffer.size()` bytes; 0 at the end. ErrorCode::invalid, naming the file, where
  /// compressed data is damaged or cut off.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;

  /// Bytes taken from the file so far, as it lies on the disk.
  virtual std::uint64_t consumed() const = 0;
};

/// Looks at the first bytes: gzip (any number of members), zstd (any number of frames) or neither.
Result<std::unique_ptr<ByteReader>> decode(std::unique_ptr<File> file, const std::string& name);

/// One gzip member or zstd frame that holds `data`: such pieces stand one behind the other in a
/// file, so each batch is compressed by itself, on any thread.
Result<std::string> compress(Compression compression, std::string_view data);

}  // namespace adyton::pipeline
