#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/pipeline/batch.h"
#include "host/pipeline/file_digest.h"

namespace adyton::pipeline {

/// What is kept of a record that is longer than allowed: its length and XXH3-128.
class Overlong {
 public:
  void add(std::string_view bytes) {
    digest_.add(bytes);
    length_ += bytes.size();
  }

  /// The record is dead, of being longer than `max_record`.
  void kill(Batch& batch, Record& record, std::uint64_t max_record) const;

  /// Makes the batch one record that is dead, and of whose text nothing is there.
  void fill(Batch& batch, std::uint64_t max_record) const;

 private:
  FileDigest digest_{DigestKind::xxh3_128};
  std::uint64_t length_ = 0;
};

}  // namespace adyton::pipeline
