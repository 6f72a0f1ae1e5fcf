#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/codec.h"

namespace adyton::pipeline {

inline std::uint64_t line_breaks_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// How far a reader has passed its input: every reader of a format keeps one, and marks with it
/// where its batches begin and what follows them. One thread at a time.
class ReaderPlace {
 public:
  /// `bytes` must outlive it.
  explicit ReaderPlace(ByteReader& bytes) : bytes_(bytes) {}

  std::uint64_t offset() const { return offset_; }  // into the decompressed bytes
  std::uint64_t line() const { return line_; }      // that of the byte there, from 1

  /// Goes to the place, in the bytes too.
  Status start_at(const Position& position) {
    ADYTON_CHECK(bytes_.seek({position.restart, position.restart_offset}, position.offset));
    offset_ = position.offset;
    line_ = position.line;
    return {};
  }

  void pass(std::string_view text) { pass(text.size(), line_breaks_in(text)); }
  void pass(std::uint64_t bytes, std::uint64_t line_breaks) {
    offset_ += bytes;
    line_ += line_breaks;
  }

  /// A batch that begins here.
  Batch begin_batch() const {
    Batch batch;
    batch.first_line = line_;
    batch.offset = offset_;
    return batch;
  }

  /// The batch ends here.
  void end_batch(Batch& batch) {
    const Restart restart = bytes_.restart_before(offset_);
    batch.next.offset = offset_;
    batch.next.line = line_;
    batch.next.restart = restart.at;
    batch.next.restart_offset = restart.offset;
  }

  /// No batch will end before this place: what is known of places passed on the way is forgotten.
  void forget_passed() { (void)bytes_.restart_before(offset_); }

 private:
  ByteReader& bytes_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace adyton::pipeline
