#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"

namespace adyton::cli {

/// What a command writes: a file that has its name only once it is whole, or standard output ("-").
/// Until finish() the bytes lie beside it under a temporary name, mode 0600; they go with the
/// object, and with a signal that ends the process (SIGINT, SIGTERM, SIGHUP; a SIGKILL leaves
/// them). One at a time in a process.
class OutputFile {
 public:
  /// Existing::error: ErrorCode::config if the name is taken. What is there and no regular file is
  /// never replaced.
  static Result<std::unique_ptr<OutputFile>> create(Os& os, const std::string& path,
                                                    Existing existing);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  File& file() { return *file_; }

  /// The file is on the disk under its name. Existing::error holds here, too.
  Status finish();

 private:
  OutputFile(Os& os, std::string path, std::string temporary, Existing existing)
      : os_(os), path_(std::move(path)), temporary_(std::move(temporary)), existing_(existing) {}

  Os& os_;
  std::string path_;
  std::string temporary_;  // empty: standard output, or finished
  Existing existing_;
  std::unique_ptr<File> file_;
};

}  // namespace adyton::cli
