#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/text.h"

namespace adyton::pipeline::test {

/// A disk in memory that forgets what it may forget. Bytes that no sync() covered are, after a cut
/// of the power, as they were before, as they were written, or zero, block by block; names that no
/// sync_directory() covered are as they were at some moment since. The nth operation can be made to
/// fail, or to be the one before which the power goes. Bytes whose sync() failed are lost: a later
/// one does not bring them to the disk. Any thread; the files of one at a time.
class FragileDisk final : public Os {
 public:
  /// --- what a test sets up and looks at ---

  void put(const std::string& path, std::string content) {
    const std::lock_guard lock(*mutex_);
    auto file = std::make_shared<Inode>();
    file->now = file->safe = std::move(content);
    names_[path] = file;
    safe_names_[path] = file;
  }
  std::optional<std::string> get(const std::string& path) const {
    const std::lock_guard lock(*mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return std::nullopt;
    return found->second->now;
  }
  std::set<std::string> files() const {
    const std::lock_guard lock(*mutex_);
    std::set<std::string> all;
    for (const auto& [name, inode] : names_) all.insert(name);
    return all;
  }

  /// Files that somebody has open to write to them.
  std::size_t held() const {
    const std::lock_guard lock(*mutex_);
    return held_.size();
  }

  /// Operations that change something, so far.
  std::uint64_t operations() const { return operations_; }

  enum class Fault { none, no_space, io_error, power };
  /// The operation with this number (1: the next) is hit; after a power cut all further ones are.
  void plan(Fault fault, std::uint64_t operation) {
    fault_ = fault;
    hit_at_ = operations_ + operation;
    dark_ = false;
  }
  bool dark() const { return dark_; }

  /// The power is back: whatever was not safe is lost, kept or garbled, as `seed` has it.
  void reboot(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    forget_names(random);
    std::set<Inode*> seen;
    for (const auto& [name, inode] : safe_names_) {
      if (seen.insert(inode.get()).second) garble(*inode, random);
    }
    names_ = safe_names_;
    pending_.clear();
    held_.clear();
    fault_ = Fault::none;
    dark_ = false;
  }

  /// Every run of the process has ended: the locks are free.
  void kill() { held_.clear(); }

  /// --- the Os ---

  Result<std::unique_ptr<File>> open(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return error("open", path, "No such file or directory");
    return handle(found->second, path, Use::read);
  }

  Result<OpenedFile> open_itself(const std::string& path) override {
    ADYTON_TRY(auto file, open(path));
    ADYTON_TRY(const FileInfo known, info(path));
    return OpenedFile{std::move(file), known};
  }
  Result<std::unique_ptr<File>> create(const std::string& path, Existing existing) override {
    const std::lock_guard lock(*mutex_);
    ADYTON_CHECK(operate("create", path));
    const auto found = names_.find(path);
    if (found != names_.end()) {
      if (existing == Existing::error) return error("create", path, "File exists");
      ADYTON_CHECK(free(path, *found->second));
      found->second->cut(0);
      return handle(found->second, path, Use::write);
    }
    const auto inode = std::make_shared<Inode>();
    name(path, inode);
    return handle(inode, path, Use::write);
  }

  Result<std::unique_ptr<File>> reopen(const std::string& path, std::uint64_t length) override {
    const std::lock_guard lock(*mutex_);
    ADYTON_CHECK(operate("open", path));
    const auto found = names_.find(path);
    if (found == names_.end()) return error("open", path, "No such file or directory");
    ADYTON_CHECK(free(path, *found->second));
    const std::size_t size = found->second->now.size();
    if (size < length) {
      return Error{ErrorCode::invalid, cat(path, " has ", size, " bytes and should have ", length)};
    }
    found->second->cut(length);
    return handle(found->second, path, Use::write);
  }

  Status rename(const std::string& from, const std::string& to, Existing existing) override {
    const std::lock_guard lock(*mutex_);
    ADYTON_CHECK(operate("publish", to));
    const auto found = names_.find(from);
    if (found == names_.end()) return error("publish", to, "No such file or directory");
    if (existing == Existing::error && names_.contains(to)) {
      return error("publish", to, "File exists");
    }
    const std::shared_ptr<Inode> inode = found->second;
    names_.erase(found);
    names_[to] = inode;
    pending_.push_back({directory_of(to), {{from, nullptr}, {to, inode}}});
    return {};
  }

  Status remove(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    ADYTON_CHECK(operate("remove", path));
    if (names_.erase(path) == 0) return error("remove", path, "No such file or directory");
    pending_.push_back({directory_of(path), {{path, nullptr}}});
    return {};
  }

  Status remove_directory(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    return operate("remove", path);
  }

  Status sync_directory(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    ADYTON_CHECK(operate("sync", path));
    std::erase_if(pending_, [&](const Change& change) {
      if (change.folder != path) return false;
      apply(change);
      return true;
    });
    return {};
  }

  Status make_directories(const std::string&) override { return {}; }

  Result<FileInfo> info(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return error("open", path, "No such file or directory");
    FileInfo info;
    info.size = found->second->now.size();
    info.device = 1;
    info.inode = reinterpret_cast<std::uintptr_t>(found->second.get());
    return info;
  }
  bool exists(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    return names_.contains(path);
  }
  Clock::time_point now() override {
    const std::lock_guard lock(*mutex_);
    return Clock::time_point(std::chrono::milliseconds(++ticks_));
  }
  std::int64_t unix_time() override { return 0; }
  std::unique_ptr<File> standard_input() override { return nullptr; }
  std::unique_ptr<File> standard_output() override { return nullptr; }

 private:
  struct Inode {
    std::string now;
    std::string safe;
    std::size_t lost_from = 0;  // bytes that a failed sync() gave up
    std::size_t lost_until = 0;

    void cut(std::size_t length) {
      now.resize(length);
      lost_until = std::min(lost_until, length);
    }
    void sync() {
      for (std::size_t i = lost_from; i < std::min(lost_until, now.size()); ++i) now[i] = '\0';
      safe = now;
    }
    void fail_to_sync() {
      lost_from = std::min(now.size(), safe.size());
      lost_until = now.size();
    }
  };
  struct Change {
    std::string folder;
    std::vector<std::pair<std::string, std::shared_ptr<Inode>>> names;  // null: gone
  };
  enum class Use { read, write };

  class Handle final : public File {
   public:
    Handle(FragileDisk& disk, std::shared_ptr<Inode> inode, std::string path, Use use)
        : disk_(disk), inode_(std::move(inode)), path_(std::move(path)), use_(use) {
      if (use_ == Use::write) disk_.held_.insert(inode_.get());
    }
    ~Handle() override {
      const std::lock_guard lock(*disk_.mutex_);
      if (use_ == Use::write) disk_.held_.erase(inode_.get());
    }
    Result<std::size_t> read(std::span<char> buffer) override {
      const std::lock_guard lock(*disk_.mutex_);
      const std::string& text = inode_->now;
      const std::size_t at = std::min(at_, text.size());
      const std::size_t n = std::min(buffer.size(), text.size() - at);
      std::memcpy(buffer.data(), text.data() + at, n);
      at_ = at + n;
      return n;
    }
    Status seek(std::uint64_t offset) override {
      at_ = static_cast<std::size_t>(offset);
      return {};
    }
    Status write(std::string_view data) override {
      const std::lock_guard lock(*disk_.mutex_);
      const Status status = disk_.operate("write", path_);
      // A full disk takes what still fits.
      inode_->now += status ? data : data.substr(0, disk_.dark_ ? 0 : data.size() / 2);
      return status;
    }
    Status sync() override {
      const std::lock_guard lock(*disk_.mutex_);
      Status status = disk_.operate("sync", path_);
      if (status) {
        inode_->sync();
      } else {
        inode_->fail_to_sync();
      }
      return status;
    }

   private:
    FragileDisk& disk_;
    std::shared_ptr<Inode> inode_;
    std::string path_;
    Use use_;
    std::size_t at_ = 0;
  };

  static Error error(std::string_view action, const std::string& path, std::string_view why) {
    return {ErrorCode::io, cat("cannot ", action, " ", path, ": ", why)};
  }

  Status operate(std::string_view action, const std::string& path) {
    if (dark_) return error(action, path, "the power is gone");
    ++operations_;
    if (fault_ == Fault::none || operations_ != hit_at_) return {};
    if (fault_ == Fault::power) dark_ = true;
    return error(action, path,
                 fault_ == Fault::no_space ? "No space left on device" : "Input/output error");
  }

  Status free(const std::string& path, Inode& inode) const {
    if (!held_.contains(&inode)) return {};
    return error("write", path, "another process is writing it");
  }

  std::unique_ptr<File> handle(std::shared_ptr<Inode> inode, const std::string& path, Use use) {
    return std::make_unique<Handle>(*this, std::move(inode), path, use);
  }

  void name(const std::string& path, const std::shared_ptr<Inode>& inode) {
    names_[path] = inode;
    pending_.push_back({directory_of(path), {{path, inode}}});
  }

  void apply(const Change& change) {
    for (const auto& [name, inode] : change.names) {
      if (inode) {
        safe_names_[name] = inode;
      } else {
        safe_names_.erase(name);
      }
    }
  }

  /// Of each folder's changes the first few have come to the disk.
  void forget_names(std::mt19937_64& random) {
    std::map<std::string, std::size_t> left;
    for (const Change& change : pending_) ++left[change.folder];
    for (auto& [folder, count] : left) count = random() % (count + 1);
    for (const Change& change : pending_) {
      if (left[change.folder] == 0) continue;
      --left[change.folder];
      apply(change);
    }
  }

  static void garble(Inode& inode, std::mt19937_64& random) {
    if (inode.now != inode.safe) {
      constexpr std::size_t block = 512;
      const std::size_t shorter = std::min(inode.now.size(), inode.safe.size());
      const std::size_t longer = std::max(inode.now.size(), inode.safe.size());
      const std::size_t choices[] = {inode.now.size(), inode.safe.size(),
                                     shorter + random() % (longer - shorter + 1)};
      std::string after(choices[random() % 3], '\0');
      for (std::size_t at = 0; at < after.size(); at += block) {
        const std::string* const from[] = {&inode.now, &inode.safe, nullptr};
        const std::string* const source = from[random() % 3];
        // A block that was safe and was not written since is what it was.
        const std::string& whole = source != nullptr ? *source : inode.safe;
        if (at < whole.size()) {
          const std::size_t n = std::min({block, whole.size() - at, after.size() - at});
          std::memcpy(after.data() + at, whole.data() + at, n);
        }
      }
      inode.now = after;
    }
    inode.safe = inode.now;
  }

  // Behind a pointer, so that a disk can be moved.
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  std::map<std::string, std::shared_ptr<Inode>> names_;
  std::map<std::string, std::shared_ptr<Inode>> safe_names_;
  std::vector<Change> pending_;  // of names, in order, not yet safe
  std::set<Inode*> held_;
  std::uint64_t operations_ = 0;
  std::uint64_t hit_at_ = 0;
  std::uint64_t ticks_ = 0;
  Fault fault_ = Fault::none;
  bool dark_ = false;
};

}  // namespace adyton::pipeline::test
