#include "host/pipeline/input_digests.h"

#include <optional>
#include <span>

namespace adyton::pipeline {

class InputDigests::Watched final : public File {
 public:
  Watched(std::unique_ptr<File> file, InputDigests& digests, std::uint32_t input)
      : file_(std::move(file)), digests_(digests), input_(input), digest_(digests.kind_) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    ADYTON_TRY(const std::size_t n, file_->read(buffer));
    if (!digest_) return n;
    if (n > 0) {
      digest_->add({buffer.data(), n});
    } else if (!buffer.empty()) {
      digests_.digests_[input_] = digest_->text();
      digest_.reset();
    }
    return n;
  }

  Status seek(std::uint64_t offset) override {
    digest_.reset();
    return file_->seek(offset);
  }

  Status write(std::string_view data) override { return file_->write(data); }
  Status sync() override { return file_->sync(); }

 private:
  std::unique_ptr<File> file_;
  InputDigests& digests_;
  std::uint32_t input_;
  std::optional<FileDigest> digest_;  // while all bytes so far were seen
};

std::unique_ptr<File> InputDigests::watch(std::unique_ptr<File> file, std::uint32_t input) {
  if (digests_.size() <= input) digests_.resize(input + 1);
  return std::make_unique<Watched>(std::move(file), *this, input);
}

Result<std::string> InputDigests::of(std::uint32_t input, const std::string& path, Os& os) const {
  if (input < digests_.size() && !digests_[input].empty()) return digests_[input];
  return digest_of_file(os, path, kind_);
}

}  // namespace adyton::pipeline
