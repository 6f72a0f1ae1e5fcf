#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/base/text.h"
#include "modules/crypto/block_engine.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

/// One text to encrypt or decrypt. `out` has room for as many bytes as `in`, and is `in` itself or
/// overlaps no text.
struct Counting {
  Block start;
  Bytes in;
  std::uint8_t* out;
};

/// What a provider supplies for AES-SIV: AES in counter mode (SP 800-38A) under one key, the
/// counter being the whole block, big endian. One thread at a time; wiped by its destructor.
class CounterEngine : public InSecretMemory {
 public:
  virtual ~CounterEngine() = default;

  virtual void apply_many(std::span<const Counting> texts) = 0;
};

}  // namespace adyton::crypto
