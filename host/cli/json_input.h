#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/result.h"
#include "host/pipeline/codec.h"

namespace adyton::cli {

/// A text that is read block by block and not kept, but for a window: enough to say where in it a
/// byte is, and to show its line. One thread.
class JsonInput {
 public:
  explicit JsonInput(std::unique_ptr<pipeline::ByteReader> reader);

  /// The next block, a view until the next call; empty at the end. Blocks.
  Result<std::string_view> next();

  /// True if the last block was short: whoever writes the text is not faster than we are.
  bool is_slow() const { return block_ < block_size; }

  /// Bytes read so far.
  std::uint64_t size() const { return base_ + filled_; }

  /// From now on the bytes from `offset` on stay in the window, however many they become.
  void keep_from(std::uint64_t offset) { keep_from_ = offset; }

  /// A byte's place, 1-based, the column in characters; and its line, or as much of it around the
  /// byte as is worth showing, with the byte's column in that.
  struct Spot {
    std::uint64_t line = 1;
    std::uint64_t column = 1;
    std::string shown;
    std::uint32_t shown_column = 1;
  };

  /// Precondition: the offset is at most size() and not far behind it, or what mark() or
  /// keep_from() was called with.
  Spot spot(std::uint64_t offset) const;

  /// The spot of this byte, which is in the window, can be asked for later, too. One at a time.
  void mark(std::uint64_t offset) { mark_at_ = offset; }

  /// What stands before the byte, as far as it is in the window.
  std::string_view before(std::uint64_t offset) const;
  /// The first bytes of the text, a few.
  std::string_view head() const { return head_; }

 private:
  static constexpr std::size_t block_size = 256 << 10;
  static constexpr std::size_t kept = 4096;

  void drop_front();

  std::unique_ptr<pipeline::ByteReader> reader_;
  std::string window_;
  std::size_t filled_ = 0;  // bytes of the window
  std::size_t block_ = 0;   // of which these are the last block
  std::string head_;
  // Where the window begins.
  std::uint64_t base_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t column_ = 0;  // characters of its line before it
  std::uint64_t keep_from_ = ~std::uint64_t{0};
  std::optional<std::uint64_t> mark_at_;
  Spot mark_;  // of that byte, where it has left the window
};

}  // namespace adyton::cli
