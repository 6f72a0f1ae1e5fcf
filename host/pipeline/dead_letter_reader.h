#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/record_reader.h"
#include "modules/crypto/age/file_key.h"

namespace adyton::pipeline {

/// One entry of a dead-letter file; dead_letter.h says what the members hold. Text members that the
/// entry does not have are empty.
struct DeadLetter {
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t line = 0;
  std::uint32_t step = 0;
  std::string use;
  std::string reason;
  std::string field;
  std::uint64_t length = 0;
  std::string digest;
  std::string detail;
  std::string traceback;
  std::optional<std::string> record;  // the bytes, however the entry holds them
  bool sealed = false;                // detail, traceback and record are, and were not opened

  std::uint64_t entry = 0;  // the line of the dead-letter file
};

/// What opens the sealed part of entries; null: nothing does.
using LetterIdentities = std::shared_ptr<const crypto::age::Identities>;

/// "step 2 (encrypt)", or "reading" for what died before the first step.
std::string describe_step(const DeadLetter& letter);

/// Reads a dead-letter file entry by entry, compressed or not. Memory is bounded by the longest
/// entry. One thread at a time; blocks on the file.
class DeadLetterReader {
 public:
  /// ErrorCode::invalid, at "FILE:LINE", for a file that does not begin as one.
  static Result<DeadLetterReader> open(Os& os, const std::string& path,
                                       LetterIdentities identities = nullptr);

  /// The next entry; nullopt after the last. ErrorCode::invalid, at "FILE:LINE", for a line that is
  /// none, so also for the last one of a file that was cut off; ErrorCode::crypto for a sealed
  /// entry that none of the identities opens, or that was changed.
  Result<std::optional<DeadLetter>> next();

  /// Bytes taken from the file as it lies on the disk.
  std::uint64_t consumed() const { return reader_->consumed(); }

 private:
  DeadLetterReader(std::string path, std::unique_ptr<RecordReader> reader,
                   LetterIdentities identities)
      : path_(std::move(path)), reader_(std::move(reader)), identities_(std::move(identities)) {}

  Result<DeadLetter> parse(const Record& record) const;
  Status open_sealed(const std::string& base64, DeadLetter& letter) const;
  Error at(std::uint64_t line, std::string_view message) const;

  std::string path_;
  std::unique_ptr<RecordReader> reader_;
  LetterIdentities identities_;
  std::optional<Batch> batch_;
  std::size_t next_ = 0;  // in batch_
};

}  // namespace adyton::pipeline
