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

/// A place in a file from which it can be decompressed.
struct Restart {
  std::uint64_t at = 0;      // into the file as it lies on the disk
  std::uint64_t offset = 0;  // the decompressed bytes before it

  friend bool operator==(const Restart&, const Restart&) = default;
};

/// A stream of bytes: a file as it is, or decompressed. One thread at a time.
class ByteReader {
 public:
  virtual ~ByteReader() = default;

  /// Up to `buffer.size()` bytes; 0 at the end. ErrorCode::invalid, naming the file, where
  /// compressed data is damaged or cut off.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;

  /// Bytes taken from the file so far, as it lies on the disk.
  virtual std::uint64_t consumed() const = 0;

  /// A place not behind `offset` of the decompressed bytes, and near it: the beginning of a gzip
  /// member or zstd frame; of a file that is not compressed, `offset` itself. From call to call
  /// `offset` must not decrease.
  virtual Restart restart_before(std::uint64_t offset) = 0;

  /// The next read() begins `offset` decompressed bytes into the file. `from` is what
  /// restart_before() gave for that offset or a smaller one, in this process or an earlier one; {}
  /// always serves. ErrorCode::invalid, naming the file, if its content ends before. Blocks while
  /// what lies between the two is decompressed. Not for standard input.
  virtual Status seek(Restart from, std::uint64_t offset) = 0;
};

/// Looks at the first bytes: gzip (any number of members), zstd (any number of frames) or neither.
Result<std::unique_ptr<ByteReader>> decode(std::unique_ptr<File> file, const std::string& name);

/// One gzip member or zstd frame that holds `data`: such pieces stand one behind the other in a
/// file, so each batch is compressed by itself, on any thread.
Result<std::string> compress(Compression compression, std::string_view data);

}  // namespace adyton::pipeline
