#include "host/pipeline/sink.h"

#include <filesystem>

#include "host/base/text.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {
namespace {

bool goes_out(const Record& record) {
  return record.state == State::live || record.state == State::blank;
}

/// Where the outgoing lines lie in the batch's text, and whether nothing else lies between them.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size = 0;
  bool in_one_piece() const { return end - begin == size; }
};

Extent extent_of(const Batch& batch) {
  Extent extent;
  for (const Record& record : batch.records) {
    if (!goes_out(record)) continue;
    if (extent.size == 0) extent.begin = record.begin;
    extent.end = record.end;
    extent.size += record.end - record.begin;
  }
  return extent;
}

std::string gather(const Batch& batch, std::size_t size) {
  std::string lines;
  lines.reserve(size);
  for (const Record& record : batch.records) {
    if (goes_out(record)) lines += batch.text->view(record.begin, record.end);
  }
  return lines;
}

}  // namespace

Result<std::unique_ptr<PendingFile>> PendingFile::create(Os& os, const std::string& path) {
  std::unique_ptr<PendingFile> pending(new PendingFile(os, path));
  if (path == standard_stream) {
    pending->file_ = os.standard_output();
    return pending;
  }
  const std::string directory = directory_of(path);
  ADYTON_CHECK(os.make_directories(directory));
  const std::string name = std::filesystem::path(path).filename().string();
  std::string temporary = cat(directory, "/.", name, ".adyton-tmp");
  ADYTON_TRY(pending->file_, os.create(temporary, Existing::replace));
  pending->temporary_ = std::move(temporary);
  return pending;
}

PendingFile::~PendingFile() {
  // Removed while it is still open, so that the name cannot be another run's by then.
  if (!temporary_.empty()) (void)os_.remove(temporary_);
}

Status PendingFile::write(std::string_view bytes) {
  return file_->write(bytes);
}

Status PendingFile::seal() {
  return file_->sync();
}

Status PendingFile::publish(Existing existing) {
  if (temporary_.empty()) return {};
  ADYTON_CHECK(os_.rename(temporary_, path_, existing));
  temporary_.clear();
  return os_.sync_directory(directory_of(path_));
}

Result<EncodedBatch> encode(const Batch& batch, Compression compression) {
  EncodedBatch encoded;
  const Extent extent = extent_of(batch);
  if (extent.size == 0) return encoded;
  encoded.plain_size_ = extent.size;
  encoded.ends_line_ = batch.text->data()[extent.end - 1] == '\n';
  if (extent.in_one_piece()) {
    encoded.text_ = batch.text;
    encoded.begin_ = extent.begin;
    encoded.end_ = extent.end;
  } else {
    encoded.own_ = gather(batch, extent.size);
  }
  if (compression != Compression::none) {
    ADYTON_TRY(encoded.own_, compress(compression, encoded.bytes()));
    encoded.text_.reset();
  }
  return encoded;
}

Status Sink::write(const EncodedBatch& batch) {
  if (batch.plain_size() == 0) return {};
  if (line_open_) {
    ADYTON_TRY(const std::string newline, compress(compression_, "\n"));
    ADYTON_CHECK(file_->write(newline));
  }
  line_open_ = !batch.ends_line();
  written_ = true;
  return file_->write(batch.bytes());
}

Status Sink::finish() {
  if (written_ || compression_ == Compression::none) return {};
  ADYTON_TRY(const std::string nothing, compress(compression_, ""));
  return file_->write(nothing);
}

}  // namespace adyton::pipeline
