#pragma once

#include <cstdint>
#include <memory>

#include "host/base/text.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

/// What a provider supplies for AesGcm: AES-GCM with 12-byte nonces and 16-byte tags under one key
/// at a time. One thread at a time; key and what is derived from it are wiped by the destructor.
/// Abstract so that a provider is chosen at run time and a broken one can be shown to the
/// known-answer test.
class GcmEngine : public InSecretMemory {
 public:
  static constexpr std::size_t nonce_size = 12;
  static constexpr std::size_t tag_size = 16;

  virtual ~GcmEngine() = default;

  /// Comes before any message. `key` has 16, 24 or 32 bytes, which the engine may read until the
  /// next set_key or its end: an engine that keys each direction when it is first used needs no
  /// copy.
  virtual void set_key(Bytes key) = 0;

  /// As AeadCipher's; `nonce` points at nonce_size bytes.
  virtual void seal(const std::uint8_t* nonce, Bytes associated_data, Bytes plaintext,
                    std::uint8_t* out) = 0;
  /// As AeadCipher's, but `ciphertext` has at least tag_size bytes.
  virtual bool open(const std::uint8_t* nonce, Bytes associated_data, Bytes ciphertext,
                    std::uint8_t* out) = 0;
};

/// Crypto++'s, which runs everywhere.
std::unique_ptr<GcmEngine> make_cryptopp_gcm();

}  // namespace adyton::crypto
