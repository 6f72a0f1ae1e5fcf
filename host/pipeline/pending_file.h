#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/byte_writer.h"
#include "host/pipeline/file_digest.h"

namespace adyton::pipeline {

/// One file being made under a temporary name beside its own, ".NAME.JOB.adyton-tmp". While it is
/// open no other run can write it. With the object the temporary file stays: whoever wants it gone
/// says discard(). The path "-" is standard output: bytes go out at once and there is nothing to
/// publish. One thread at a time.
class PendingFile final : public ByteWriter {
 public:
  /// Nothing is opened yet. `os` must outlive it. `job`: the name of the job.
  PendingFile(Os& os, std::string path, const std::string& job, DigestKind digest);
  PendingFile(PendingFile&&) noexcept = default;

  const std::string& path() const { return path_; }
  const std::string& temporary() const { return temporary_; }
  bool is_stream() const { return temporary_.empty(); }
  bool is_open() const { return file_ != nullptr; }
  std::uint64_t length() const { return length_; }

  /// A new file; what another run left under the temporary name is emptied.
  Status create();

  /// The first `length` bytes of the temporary file are kept, to go on behind them.
  Status resume(std::uint64_t length);

  Status write(std::string_view bytes) override;

  /// All of it is on the disk, and its name too.
  Status sync();

  /// Nothing more will be written: sync(), and closed. Its digest is known then; of a resumed file
  /// it is taken by reading all of it.
  Status close();
  const std::string& digest() const { return digest_text_; }

  /// The state of one that an earlier run closed. ErrorCode::invalid if the temporary file is not
  /// there with this length.
  Status recall(std::uint64_t length, std::string digest);

  /// It stands under its own name. Of one whose temporary file is gone it is checked that this
  /// happened before. The folder still has to be synced.
  Status publish(Existing existing);

  /// The temporary file is gone.
  void discard();

 private:
  Os& os_;
  std::string path_;
  std::string temporary_;  // empty: standard output
  std::unique_ptr<File> file_;
  std::uint64_t length_ = 0;
  DigestKind digest_kind_;
  std::optional<FileDigest> digest_;  // while every byte passes by here
  std::string digest_text_;
  bool named_ = false;  // its name is known to be on the disk
  bool dirty_ = false;  // something was written since the last sync
};

/// The temporary name of a file that a job makes.
std::string temporary_name(const std::string& path, const std::string& job);

}  // namespace adyton::pipeline
