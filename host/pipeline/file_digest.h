#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"

namespace adyton::pipeline {

/// The digest of a file's bytes, taken as they pass. One thread at a time.
class FileDigest {
 public:
  explicit FileDigest(DigestKind kind);
  ~FileDigest();
  FileDigest(FileDigest&&) noexcept;
  FileDigest& operator=(FileDigest&&) noexcept;

  void add(std::string_view bytes);

  /// Of all that was added: "xxh3-128:0f1e…" or "sha256:0f1e…", lower case.
  std::string text() const;

 private:
  class State;
  class Xxh3;
  class Sha256;
  std::unique_ptr<State> state_;
};

/// The name a digest's text begins with, as the job file spells it.
std::string_view digest_name(DigestKind kind);

/// Of a whole file. Blocks for as long as reading it takes.
Result<std::string> digest_of_file(Os& os, const std::string& path, DigestKind kind);

}  // namespace adyton::pipeline
