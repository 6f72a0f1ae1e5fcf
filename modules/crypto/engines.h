#pragma once

#include <memory>

#include "host/base/text.h"
#include "modules/crypto/aead_cipher.h"
#include "modules/crypto/block_engine.h"
#include "modules/crypto/counter_engine.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/digest_engine.h"
#include "modules/crypto/gcm_engine.h"

namespace adyton::crypto {

/// A provider: whoever has code for these algorithms. What it has no better code for, it takes from
/// Crypto++. Any thread; lives as long as the process. Abstract so that a provider is chosen at run
/// time and a broken one can be shown to the known-answer test.
class Engines {
 public:
  virtual ~Engines() = default;

  virtual std::unique_ptr<GcmEngine> gcm() const = 0;
  /// `key` has 32 bytes, a nonce 12.
  virtual std::unique_ptr<AeadCipher> chacha20_poly1305(Bytes key) const = 0;
  /// `key` has 16, 24 or 32 bytes. A tag has 16.
  virtual std::unique_ptr<DigestEngine> cmac(Bytes key) const = 0;
  virtual std::unique_ptr<CounterEngine> counter(Bytes key) const = 0;
  virtual std::unique_ptr<BlockEngine> blocks(Bytes key) const = 0;
  virtual std::unique_ptr<DigestEngine> hash(Hash hash) const = 0;
  /// `hash` is one that supports_hmac().
  virtual std::unique_ptr<DigestEngine> hmac(Hash hash, Bytes key) const = 0;
};

/// Crypto++'s, which runs everywhere.
const Engines& cryptopp_engines();

}  // namespace adyton::crypto
