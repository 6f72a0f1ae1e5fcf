#pragma once

#include <memory>

#include "modules/crypto/aead_cipher.h"

namespace adyton::crypto {

/// AES-GCM (NIST SP 800-38D) with a 16-byte tag. The nonce has at least 1 byte; 12 are what
/// everybody uses. A message is shorter than 2^36 - 32 bytes.
class AesGcm final : public AeadCipher {
 public:
  static constexpr std::size_t nonce_size = 12;

  /// `key` has 16, 24 or 32 bytes.
  explicit AesGcm(Bytes key);
  ~AesGcm() override;

  /// The next messages are under this key: what makes deriving a key per salt cheap.
  void set_key(Bytes key);

  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override;
  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace adyton::crypto
