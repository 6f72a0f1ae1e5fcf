#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/file_digest.h"

namespace adyton::pipeline {

/// Takes the digests of the inputs while they are read. One thread at a time.
class InputDigests {
 public:
  explicit InputDigests(DigestKind kind) : kind_(kind) {}

  /// The file, looked over its shoulder from now on. `input`: its number. This must outlive it.
  std::unique_ptr<File> watch(std::unique_ptr<File> file, std::uint32_t input);

  /// The digest of the input. One that was not read here from its first byte to its last is read
  /// anew, which blocks.
  Result<std::string> of(std::uint32_t input, const std::string& path, Os& os) const;

 private:
  class Watched;

  DigestKind kind_;
  std::vector<std::string> digests_;  // empty: not read through
};

}  // namespace adyton::pipeline
