#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/base/text.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

/// One message to digest or to authenticate. `out` has room for the digest, or for Mac::size()
/// bytes, and overlaps no message.
struct Tagging {
  Bytes message;
  std::uint8_t* out;
};

/// What a provider supplies for digests of many messages: a hash, an HMAC or a CMAC under one key.
/// One thread at a time; key and what is derived from it are wiped by the destructor.
class DigestEngine : public InSecretMemory {
 public:
  virtual ~DigestEngine() = default;

  /// Writes the digest of head ‖ message for each of the messages, which share their head.
  virtual void digest_many(Bytes head, std::span<const Tagging> messages) = 0;
};

}  // namespace adyton::crypto
