#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

using Block = std::array<std::uint8_t, 16>;

/// What a provider supplies for short messages under AES-SIV: AES (FIPS 197) itself, of many blocks
/// that do not depend on each other. One thread at a time; wiped by its destructor.
class BlockEngine : public InSecretMemory {
 public:
  virtual ~BlockEngine() = default;

  /// Encrypts each block in its place.
  virtual void encrypt(std::span<Block> blocks) = 0;
};

}  // namespace adyton::crypto
