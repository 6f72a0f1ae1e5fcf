#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "host/base/result.h"

namespace adyton {

/// An open file. Closed by its destructor, which cannot report: whoever must know that the bytes
/// are safe calls sync() first. One thread at a time.
class File {
 public:
  virtual ~File() = default;

  /// Reads up to `buffer.size()` bytes; 0 at the end of the file. Blocks.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;

  /// The next read() begins `offset` bytes into the file; behind its end it gives 0.
  virtual Status seek(std::uint64_t offset) = 0;

  /// Writes all of `data` or fails; after a failure the length of the file is not known.
  virtual Status write(std::string_view data) = 0;

  /// Everything written is on the disk when this returns. A failure is final: the kernel may have
  /// dropped the pages, so it is never tried again.
  virtual Status sync() = 0;
};

enum class Existing { error, replace };

struct FileInfo {
  enum class Kind { file, directory, other };
  Kind kind = Kind::file;
  std::uint64_t size = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;     // the permission bits
  std::uint32_t owner = 0;    // the user id
  std::int64_t modified = 0;  // nanoseconds since 1970 in UTC
};

/// An open file, and what it was when it was opened: nobody can put another in its place in
/// between.
struct OpenedFile {
  std::unique_ptr<File> file;
  FileInfo info;
};

/// The operating system, as far as files are concerned: the one way in which Adyton's data path
/// touches them, so that a test can fail the nth call or drop what was not synced. Every error
/// names the path. Any thread.
class Os {
 public:
  virtual ~Os() = default;

  virtual Result<std::unique_ptr<File>> open(const std::string& path) = 0;

  /// The same for a file that holds keys: ErrorCode::config if the path's last part is a link,
  /// which is not followed (the error names the file behind it), or no ordinary file.
  virtual Result<OpenedFile> open_itself(const std::string& path) = 0;

  /// A new file with mode 0600. Existing::error: fails if the name is taken (no link is followed).
  /// Existing::replace: an old file of that name is emptied. Fails if another process has it open
  /// through this function.
  virtual Result<std::unique_ptr<File>> create(const std::string& path, Existing existing) = 0;

  /// A file that is there, cut to its first `length` bytes, to be written on behind them; held as
  /// by create(). ErrorCode::invalid if it is shorter.
  virtual Result<std::unique_ptr<File>> reopen(const std::string& path, std::uint64_t length) = 0;

  /// Moves `from` to `to` atomically, on one file system.
  virtual Status rename(const std::string& from, const std::string& to, Existing existing) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status remove_directory(const std::string& path) = 0;  // an empty one

  /// The entries of the folder (renames, creations) are on the disk when this returns.
  virtual Status sync_directory(const std::string& path) = 0;
  /// The folder and those around it, as far as they are not there; those made are on the disk when
  /// this returns.
  virtual Status make_directories(const std::string& path) = 0;

  /// Follows links. ErrorCode::io if there is nothing of that name.
  virtual Result<FileInfo> info(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;

  using Clock = std::chrono::steady_clock;
  virtual Clock::time_point now() = 0;
  /// Seconds since 1970 in UTC.
  virtual std::int64_t unix_time() = 0;

  /// Standard input and output as files; sync() on them does nothing. A signal that a handler takes
  /// ends a read of standard input with ErrorCode::stopped.
  virtual std::unique_ptr<File> standard_input() = 0;
  virtual std::unique_ptr<File> standard_output() = 0;
};

/// The real one. No state.
std::unique_ptr<Os> make_os();

/// A whole file. ErrorCode::limit if it is longer than `limit` bytes.
Result<std::string> read_file(Os& os, const std::string& path, std::uint64_t limit = 1ULL << 30);

/// Writes `data` to a temporary name beside `path`, syncs, renames, syncs the folder: after a crash
/// there is the old file or the new one, never a part.
Status write_file(Os& os, const std::string& path, std::string_view data, Existing existing);

/// The folder part of a path; "." if it has none.
std::string directory_of(const std::string& path);

}  // namespace adyton
