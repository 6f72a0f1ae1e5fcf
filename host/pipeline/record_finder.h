#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/record_reader.h"

namespace adyton::pipeline {

/// Finds records of one file again by where they begin. Going forward never reads anything twice;
/// going back begins anew. In NDJSON that is not compressed it jumps; any other file is read from
/// its beginning, as only that tells for certain where its records are. One thread at a time;
/// blocks on the file.
class RecordFinder {
 public:
  /// `os` must outlive it.
  RecordFinder(Os& os, std::string path, const Reading& reading)
      : os_(os), path_(std::move(path)), reading_(reading) {}

  /// The index of the record that begins at `offset` of the opened and decompressed file, in
  /// batch(). `line` is the line on which it begins; 0 if the caller does not know, and then the
  /// batch's lines may be wrong. ErrorCode::invalid, naming the file, if none does; a blank line is
  /// none.
  Result<std::size_t> find(std::uint64_t offset, std::uint64_t line);

  /// The same for the first record that begins on `line`.
  Result<std::size_t> find_on_line(std::uint64_t line);

  /// What was read last: the record and those around it.
  const Batch& batch() const { return *batch_; }
  Batch take_batch();

 private:
  Status open();
  Status begin(std::uint64_t offset, std::uint64_t line);
  Result<bool> read_on();
  bool holds(std::uint64_t offset) const;
  bool is_far(std::uint64_t offset) const;
  Error nothing(const std::string& where) const;

  Os& os_;
  std::string path_;
  Reading reading_;
  std::unique_ptr<RecordReader> reader_;
  std::optional<Batch> batch_;
};

/// The batch with nothing left in it but those of its records: as it would have been read if its
/// file held no others, but with their own places. `wanted` are indices in ascending order, of a
/// batch as a reader gave it.
Batch only(Batch batch, const std::vector<std::size_t>& wanted);

}  // namespace adyton::pipeline
