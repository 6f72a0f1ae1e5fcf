#pragma once

#include <cryptopp/cryptlib.h>

#include "modules/crypto/random.h"

namespace adyton::crypto {

/// The kernel's generator (fill_random) where Crypto++ asks for one. No state: any number may be.
class KernelRng final : public CryptoPP::RandomNumberGenerator {
 public:
  void GenerateBlock(CryptoPP::byte* out, std::size_t size) override { fill_random({out, size}); }
};

}  // namespace adyton::crypto
