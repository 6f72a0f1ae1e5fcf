#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/codec.h"

namespace adyton::pipeline {

/// One file being made under a temporary name beside its own, ".NAME.adyton-tmp", which is removed
/// with the object unless it was published. While the object lives no other run can write it. The
/// path
/// "-" is standard output: bytes go out at once and there is nothing to publish. One thread at a
/// time.
class PendingFile {
 public:
  static Result<std::unique_ptr<PendingFile>> create(Os& os, const std::string& path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::string& path() const { return path_; }
  Status write(std::string_view bytes);

  /// All of it is on the disk, still under the temporary name.
  Status seal();

  /// It stands under its own name, and the folder says so on the disk. Precondition: seal().
  Status publish(Existing existing);

 private:
  PendingFile(Os& os, std::string path) : os_(os), path_(std::move(path)) {}

  Os& os_;
  std::string path_;
  std::string temporary_;  // empty: standard output
  std::unique_ptr<File> file_;
};

/// The lines of a batch that go out, made ready on any thread: in one piece and compressed.
class EncodedBatch {
 public:
  /// Compressed where the output is.
  std::string_view bytes() const {
    return text_ ? text_->view(begin_, end_) : std::string_view(own_);
  }
  std::uint64_t plain_size() const { return plain_size_; }
  bool ends_line() const { return ends_line_; }

 private:
  friend Result<EncodedBatch> encode(const Batch& batch, Compression compression);

  std::shared_ptr<const Text> text_;  // where the lines lie in it in one piece, as they go out
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string own_;
  std::uint64_t plain_size_ = 0;
  bool ends_line_ = true;
};
Result<EncodedBatch> encode(const Batch& batch, Compression compression);

/// Writes batches to one output in order, and puts a newline between two of them where the first
/// ends without one (the last line of an input that another input follows).
class Sink {
 public:
  Sink(std::unique_ptr<PendingFile> file, Compression compression)
      : file_(std::move(file)), compression_(compression) {}

  Status write(const EncodedBatch& batch);
  PendingFile& file() { return *file_; }

  /// Call before seal(): a compressed output that got no bytes becomes a valid empty one.
  Status finish();

 private:
  std::unique_ptr<PendingFile> file_;
  Compression compression_;
  bool line_open_ = false;
  bool written_ = false;
};

}  // namespace adyton::pipeline
