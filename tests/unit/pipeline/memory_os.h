#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "host/base/os.h"
#include "host/base/text.h"

namespace adyton::test {

/// An Os whose files are given in advance and can only be read.
class MemoryOs final : public Os {
 public:
  std::map<std::string, std::string> files;
  std::map<std::string, FileInfo::Kind> kinds;  // of names that are no plain files

  Result<std::unique_ptr<File>> open(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return missing(path);
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(found->second));
  }
  Result<OpenedFile> open_itself(const std::string& path) override {
    ADYTON_TRY(auto file, open(path));
    ADYTON_TRY(const FileInfo known, info(path));
    return OpenedFile{std::move(file), known};
  }
  Result<std::unique_ptr<File>> create(const std::string& path, Existing) override {
    return refused(path);
  }
  Result<std::unique_ptr<File>> reopen(const std::string& path, std::uint64_t) override {
    return refused(path);
  }
  Status rename(const std::string& from, const std::string&, Existing) override {
    return refused(from);
  }
  Status remove(const std::string& path) override { return refused(path); }
  Status remove_directory(const std::string& path) override { return refused(path); }
  Status sync_directory(const std::string& path) override { return refused(path); }
  Status make_directories(const std::string& path) override { return refused(path); }
  Result<FileInfo> info(const std::string& path) override {
    if (const auto kind = kinds.find(path); kind != kinds.end()) {
      return FileInfo{kind->second, 0, 0, 0};
    }
    const auto found = files.find(path);
    if (found == files.end()) return missing(path);
    return FileInfo{FileInfo::Kind::file, found->second.size(), 0, 0};
  }
  bool exists(const std::string& path) override { return info(path).ok(); }
  Clock::time_point now() override { return {}; }
  std::int64_t unix_time() override { return 0; }
  std::unique_ptr<File> standard_input() override { return std::make_unique<MemoryFile>(""); }
  std::unique_ptr<File> standard_output() override { return std::make_unique<MemoryFile>(""); }

 private:
  class MemoryFile final : public File {
   public:
    explicit MemoryFile(std::string data) : data_(std::move(data)) {}
    Result<std::size_t> read(std::span<char> buffer) override {
      const std::size_t n = std::min(buffer.size(), data_.size() - at_);
      std::memcpy(buffer.data(), data_.data() + at_, n);
      at_ += n;
      return n;
    }
    Status seek(std::uint64_t offset) override {
      at_ = std::min(static_cast<std::size_t>(offset), data_.size());
      return {};
    }
    Status write(std::string_view) override { return refused("a file"); }
    Status sync() override { return {}; }

   private:
    std::string data_;
    std::size_t at_ = 0;
  };

  static Error missing(const std::string& path) {
    return {ErrorCode::io, cat("cannot open ", path, ": No such file or directory")};
  }
  static Error refused(const std::string& path) {
    return {ErrorCode::io, cat("cannot write ", path)};
  }
};

}  // namespace adyton::test
