#pragma once

#include <memory>
#include <string_view>

#include "host/base/result.h"
#include "host/pipeline/byte_writer.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/age/writer.h"

namespace adyton::pipeline {

/// Seals what is written as one age file, in memory that does not depend on its length (8 MiB).
///
/// Each has a file key of its own, which leaves the memory only wrapped, in the header. So what was
/// begun and not finished can be continued by nobody, not even by the process that began it once
/// this object is gone: it has to be begun anew, from its first byte. Until finish() what was
/// written is no age file, and who opens it is told that it is cut off.
class SealedOutput final : public ByteWriter {
 public:
  /// Writes the header. `to` must outlive it. ErrorCode::config if a recipient is a point that
  /// nothing can be sealed to.
  static Result<std::unique_ptr<SealedOutput>> begin(ByteWriter& to,
                                                     const crypto::age::Recipients& recipients);

  Status write(std::string_view bytes) override { return writer_->write(bytes); }

  /// Writes the last chunk, which says that it is the last. The last call.
  Status finish() { return writer_->finish(); }

 private:
  explicit SealedOutput(std::unique_ptr<crypto::age::Writer> writer) : writer_(std::move(writer)) {}

  std::unique_ptr<crypto::age::Writer> writer_;
};

}  // namespace adyton::pipeline
