#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/codec.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {

/// Cuts the inputs, one after the other, into batches of whole lines. A batch never holds lines of
/// two inputs. Memory is bounded by the batch size, or by max_record where a record is longer. One
/// thread at a time; blocks on the files.
class Source {
 public:
  /// `inputs` must outlive it. A line of more than `max_record` bytes (its ending not counted) is
  /// not kept: it becomes a record that is dead already, with its length and XXH3-128.
  Source(Os& os, const std::vector<Input>& inputs, std::uint64_t max_record);
  ~Source();

  /// The next batch; nullopt after the last.
  Result<std::optional<Batch>> next();

  /// Bytes taken from the files as they lie on the disk.
  std::uint64_t consumed() const;

 private:
  class Digest;

  Status open_next();
  Result<bool> fill(Text& text, std::size_t& line_end);
  Result<Batch> overlong_batch(Text& text);
  Batch cut(std::shared_ptr<Text> text, std::size_t line_end);
  void add_line(Batch& batch, std::uint32_t begin, std::uint32_t end) const;
  Batch new_batch();
  void kill_overlong(Batch& batch, Record& record, const Digest& digest) const;

  Os& os_;
  const std::vector<Input>& inputs_;
  std::uint64_t max_record_;

  std::size_t next_input_ = 0;
  std::unique_ptr<ByteReader> reader_;  // null between inputs
  std::string rest_;                    // read but not yet part of a batch: an incomplete line
  bool at_end_ = false;                 // the reader has given its last byte
  std::uint64_t line_ = 1;              // of the first byte of rest_
  std::uint64_t offset_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t consumed_ = 0;  // by the inputs before this one
};

}  // namespace adyton::pipeline
