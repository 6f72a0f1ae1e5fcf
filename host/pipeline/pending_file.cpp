#include "host/pipeline/pending_file.h"

#include <filesystem>

#include "host/base/text.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {

std::string temporary_name(const std::string& path, const std::string& job) {
  const std::string name = std::filesystem::path(path).filename().string();
  return cat(directory_of(path), "/.", name, '.', job, ".adyton-tmp");
}

PendingFile::PendingFile(Os& os, std::string path, const std::string& job, DigestKind digest)
    : os_(os), path_(std::move(path)), digest_kind_(digest) {
  if (path_ != standard_stream) temporary_ = temporary_name(path_, job);
}

Status PendingFile::create() {
  if (is_stream()) {
    file_ = os_.standard_output();
    return {};
  }
  ADYTON_CHECK(os_.make_directories(directory_of(path_)));
  ADYTON_TRY(file_, os_.create(temporary_, Existing::replace));
  digest_.emplace(digest_kind_);
  dirty_ = true;
  return {};
}

Status PendingFile::resume(std::uint64_t length) {
  ADYTON_TRY(file_, os_.reopen(temporary_, length));
  length_ = length;
  return {};
}

Status PendingFile::write(std::string_view bytes) {
  if (digest_) digest_->add(bytes);
  length_ += bytes.size();
  dirty_ = true;
  return file_->write(bytes);
}

Status PendingFile::sync() {
  if (is_stream() || !dirty_) return {};
  ADYTON_CHECK(file_->sync());
  dirty_ = false;
  if (!named_) ADYTON_CHECK(os_.sync_directory(directory_of(path_)));
  named_ = true;
  return {};
}

Status PendingFile::close() {
  if (is_stream()) return {};
  ADYTON_CHECK(sync());
  file_.reset();
  if (digest_) {
    digest_text_ = digest_->text();
    digest_.reset();
  } else {
    ADYTON_TRY(digest_text_, digest_of_file(os_, temporary_, digest_kind_));
  }
  ADYTON_TRY(const FileInfo info, os_.info(temporary_));
  if (info.size == length_) return {};
  return Error{ErrorCode::io, cat(temporary_, " has ", info.size, " bytes where ", length_,
                                  " were written: another program changed it")};
}

Status PendingFile::recall(std::uint64_t length, std::string digest) {
  length_ = length;
  digest_text_ = std::move(digest);
  const auto info = os_.info(temporary_);
  if (info && info->size == length) return {};
  return Error{ErrorCode::invalid,
               cat(temporary_, " should have ", length, " bytes and ",
                   info ? cat("has ", info->size) : std::string("is not there"))};
}

Status PendingFile::publish(Existing existing) {
  if (is_stream()) return {};
  if (os_.exists(temporary_)) return os_.rename(temporary_, path_, existing);
  const auto info = os_.info(path_);
  if (info && info->size == length_) return {};
  return Error{ErrorCode::io, cat("cannot publish ", path_, ": ", temporary_, " is gone")};
}

void PendingFile::discard() {
  if (!is_stream() && os_.exists(temporary_)) (void)os_.remove(temporary_);
  file_.reset();
}

}  // namespace adyton::pipeline
