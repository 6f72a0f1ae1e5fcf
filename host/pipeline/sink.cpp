#include "host/pipeline/sink.h"

#include <filesystem>

#include "host/base/text.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {
namespace {

bool goes_out(const Record& record) {
  return record.state == State::live || record.state == State::blank;
}

/// The outgoing lines where they already lie in one piece, else gathered in `storage`.
std::string_view gather(const Batch& batch, std::string& storage) {
  std::size_t size = 0;
  bool in_one_piece = true;
  std::size_t begin = 0;
  std::size_t end = 0;
  for (const Record& record : batch.records) {
    if (!goes_out(record)) continue;
    if (size == 0) begin = end = record.begin;
    in_one_piece = in_one_piece && record.begin == end;
    end = record.end;
    size += record.end - record.begin;
  }
  if (in_one_piece) return batch.text->view(begin, end);
  storage.reserve(size);
  for (const Record& record : batch.records) {
    if (goes_out(record)) storage += batch.text->view(record.begin, record.end);
  }
  return storage;
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

Status PendingFile::write(std::string_view bytes) { return file_->write(bytes); }

Status PendingFile::seal() { return file_->sync(); }

Status PendingFile::publish(Existing existing) {
  if (temporary_.empty()) return {};
  ADYTON_CHECK(os_.rename(temporary_, path_, existing));
  temporary_.clear();
  return os_.sync_directory(directory_of(path_));
}

Result<EncodedBatch> encode(const Batch& batch, Compression compression) {
  EncodedBatch encoded;
  std::string storage;
  const std::string_view lines = gather(batch, storage);
  encoded.plain_size = lines.size();
  encoded.ends_line = lines.empty() || lines.ends_with('\n');
  if (lines.empty()) return encoded;
  if (compression == Compression::none) {
    encoded.bytes = storage.empty() ? std::string(lines) : std::move(storage);
  } else {
    ADYTON_TRY(encoded.bytes, compress(compression, lines));
  }
  return encoded;
}

Status Sink::write(const EncodedBatch& batch) {
  if (batch.plain_size == 0) return {};
  if (line_open_) {
    ADYTON_TRY(const std::string newline, compress(compression_, "\n"));
    ADYTON_CHECK(file_->write(newline));
  }
  line_open_ = !batch.ends_line;
  written_ = true;
  return file_->write(batch.bytes);
}

Status Sink::finish() {
  if (written_ || compression_ == Compression::none) return {};
  ADYTON_TRY(const std::string nothing, compress(compression_, ""));
  return file_->write(nothing);
}

}  // namespace adyton::pipeline
