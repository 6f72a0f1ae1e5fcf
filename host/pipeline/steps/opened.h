#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "host/base/text.h"
#include "host/pipeline/steps/targets.h"
#include "modules/crypto/aead.h"

namespace adyton::pipeline {

/// The plaintexts of a batch's targets. Decrypts all of them with one call; the records of those
/// that are no ciphertexts, or do not open, are killed, and no target of a dead record stays in the
/// list.
class Opened {
 public:
  Opened(Targets& targets, const crypto::Aead& aead);

  Bytes operator[](const Target& target) const {
    return {plaintexts() + target.scratch, target.size};
  }
  /// Overwrites the plaintexts.
  void wipe();

 private:
  std::uint8_t* plaintexts() const { return scratch_.get() + capacity_; }

  std::size_t capacity_ = 0;  // of the decoded ciphertexts; as much for what they hold
  std::unique_ptr<std::uint8_t[]> scratch_;  // the ones, then the others
};

}  // namespace adyton::pipeline
