#include "host/base/os.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/base/text.h"

namespace adyton {
namespace {

Error failure(std::string_view action, const std::string& path, int error) {
  return {ErrorCode::io, cat("cannot ", action, " ", path, ": ", std::strerror(error))};
}

FileInfo info_of(const struct stat& st) {
  const auto kind = S_ISREG(st.st_mode)   ? FileInfo::Kind::file
                    : S_ISDIR(st.st_mode) ? FileInfo::Kind::directory
                                          : FileInfo::Kind::other;
  constexpr std::int64_t second = 1'000'000'000;
  return {kind,
          static_cast<std::uint64_t>(st.st_size),
          st.st_dev,
          st.st_ino,
          st.st_mode & 07777,
          st.st_uid,
          st.st_mtim.tv_sec * second + st.st_mtim.tv_nsec};
}

/// The file that a link leads to, in as many steps as there are; "itself" where they go in a
/// circle. Links among the folders stay in its name, as they are followed: a secret that Kubernetes
/// mounts is found through one of them after each of its updates.
std::string behind_links(const std::string& path) {
  constexpr int most_steps = 40;  // the kernel's own limit
  std::filesystem::path file = path;
  for (int i = 0; i < most_steps; ++i) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(file, error);
    if (error) return file.string();
    file = file.parent_path() / target;
  }
  return "itself";
}

class PosixFile final : public File {
 public:
  enum class Ownership { owned, borrowed };

  PosixFile(int fd, std::string path, Ownership ownership)
      : fd_(fd), path_(std::move(path)), ownership_(ownership) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override {
    if (ownership_ == Ownership::owned) ::close(fd_);
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t n = ::read(fd_, buffer.data(), buffer.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return failure("read", path_, errno);
      // Standard input may have nothing more to say for hours: whoever interrupts wants an end of
      // it.
      if (ownership_ == Ownership::borrowed) {
        return Error{ErrorCode::stopped, cat("interrupted while reading ", path_)};
      }
    }
  }

  Status seek(std::uint64_t offset) override {
    if (::lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0) {
      return failure("read further on in", path_, errno);
    }
    return {};
  }

  Status write(std::string_view data) override {
    while (!data.empty()) {
      const ssize_t n = ::write(fd_, data.data(), data.size());
      if (n >= 0) {
        data.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno != EINTR) {
        return failure("write", path_, errno);
      }
    }
    return {};
  }

  Status sync() override {
    if (ownership_ == Ownership::borrowed) return {};
    if (::fdatasync(fd_) != 0) return failure("sync", path_, errno);
    return {};
  }

 private:
  int fd_;
  std::string path_;
  Ownership ownership_;
};

class PosixOs final : public Os {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failure("open", path, errno);
    return owned(fd, path);
  }

  Result<OpenedFile> open_itself(const std::string& path) override {
    // Not blocking: a pipe of that name would otherwise wait for somebody to write.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP) {
      return Error{ErrorCode::config,
                   cat(path, " is a symbolic link, which is not followed for keys; name the file ",
                       behind_links(path))};
    }
    if (fd < 0) return failure("open", path, errno);
    auto file = owned(fd, path);
    struct stat st;
    if (::fstat(fd, &st) != 0) return failure("open", path, errno);
    if (!S_ISREG(st.st_mode)) return Error{ErrorCode::config, cat(path, " is no ordinary file")};
    return OpenedFile{std::move(file), info_of(st)};
  }

  Result<std::unique_ptr<File>> create(const std::string& path, Existing existing) override {
    const int how = existing == Existing::error ? O_EXCL : O_NOFOLLOW;
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
    if (fd < 0) return failure("create", path, errno);
    auto file = owned(fd, path);
    ADYTON_CHECK(hold(fd, path));
    // Its holder may have taken the name away between the opening and the lock.
    if (!leads_to(path, fd)) return create(path, existing);
    if (existing == Existing::replace && ::ftruncate(fd, 0) != 0)
      return failure("empty", path, errno);
    return file;
  }

  Result<std::unique_ptr<File>> reopen(const std::string& path, std::uint64_t length) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return failure("open", path, errno);
    auto file = owned(fd, path);
    ADYTON_CHECK(hold(fd, path));
    const off_t size = ::lseek(fd, 0, SEEK_END);
    if (size < 0) return failure("open", path, errno);
    if (static_cast<std::uint64_t>(size) < length) {
      return Error{ErrorCode::invalid, cat(path, " has ", size, " bytes and should have ", length)};
    }
    const auto end = static_cast<off_t>(length);
    if (::ftruncate(fd, end) != 0 || ::lseek(fd, end, SEEK_SET) < 0) {
      return failure("shorten", path, errno);
    }
    return file;
  }

  Status rename(const std::string& from, const std::string& to, Existing existing) override {
    const unsigned flags = existing == Existing::error ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
    // A file system without RENAME_NOREPLACE: a hard link fails on an existing name just as well.
    if (errno == EINVAL && existing == Existing::error) {
      if (::link(from.c_str(), to.c_str()) != 0) return failure("publish", to, errno);
      return remove(from);
    }
    return failure("publish", to, errno);
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return failure("remove", path, errno);
    return {};
  }

  Status remove_directory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return failure("remove", path, errno);
    return {};
  }

  Status sync_directory(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failure("open", path, errno);
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    if (error != 0) return failure("sync", path, error);
    return {};
  }

  Status make_directories(const std::string& path) override {
    struct stat st;
    if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return {};
    std::string trimmed = path;
    while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.pop_back();
    const std::string parent = directory_of(trimmed);
    if (parent != trimmed) ADYTON_CHECK(make_directories(parent));
    if (::mkdir(trimmed.c_str(), 0777) == 0) return sync_directory(parent);
    // Another process was faster, or what is there is no folder.
    if (errno != EEXIST) return failure("create", path, errno);
    if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return {};
    return failure("create", path, ENOTDIR);
  }

  Result<FileInfo> info(const std::string& path) override {
    struct stat st;
    if (::stat(path.c_str(), &st) != 0) return failure("open", path, errno);
    return info_of(st);
  }

  bool exists(const std::string& path) override {
    struct stat st;
    return ::lstat(path.c_str(), &st) == 0;
  }

  Clock::time_point now() override { return Clock::now(); }
  std::int64_t unix_time() override { return ::time(nullptr); }

  std::unique_ptr<File> standard_input() override {
    return borrowed(STDIN_FILENO, "standard input");
  }
  std::unique_ptr<File> standard_output() override {
    return borrowed(STDOUT_FILENO, "standard output");
  }

 private:
  static Status hold(int fd, const std::string& path) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
    return Error{ErrorCode::io, cat("cannot write ", path, ": another process is writing it")};
  }
  static bool leads_to(const std::string& path, int fd) {
    struct stat named;
    struct stat opened;
    return ::lstat(path.c_str(), &named) == 0 && ::fstat(fd, &opened) == 0 &&
           named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
  }
  static std::unique_ptr<File> owned(int fd, const std::string& path) {
    return std::make_unique<PosixFile>(fd, path, PosixFile::Ownership::owned);
  }
  static std::unique_ptr<File> borrowed(int fd, const std::string& name) {
    return std::make_unique<PosixFile>(fd, name, PosixFile::Ownership::borrowed);
  }
};

}  // namespace

std::unique_ptr<Os> make_os() {
  return std::make_unique<PosixOs>();
}

Result<std::string> read_file(Os& os, const std::string& path, std::uint64_t limit) {
  ADYTON_TRY(auto file, os.open(path));
  std::string data;
  constexpr std::size_t block = 1 << 16;
  for (;;) {
    const std::size_t end = data.size();
    data.resize(end + block);
    ADYTON_TRY(const std::size_t n, file->read({data.data() + end, block}));
    data.resize(end + n);
    if (n == 0) return data;
    if (data.size() > limit) {
      return Error{ErrorCode::limit, cat(path, " is longer than ", human_size(limit))};
    }
  }
}

Status write_file(Os& os, const std::string& path, std::string_view data, Existing existing) {
  const std::string temporary = cat(path, ".", static_cast<std::int64_t>(::getpid()), ".tmp");
  const auto write = [&]() -> Status {
    ADYTON_TRY(auto file, os.create(temporary, Existing::replace));
    ADYTON_CHECK(file->write(data));
    ADYTON_CHECK(file->sync());
    ADYTON_CHECK(os.rename(temporary, path, existing));
    return os.sync_directory(directory_of(path));
  };
  Status status = write();
  if (!status && os.exists(temporary)) (void)os.remove(temporary);
  return status;
}

std::string directory_of(const std::string& path) {
  std::string directory = std::filesystem::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

}  // namespace adyton
