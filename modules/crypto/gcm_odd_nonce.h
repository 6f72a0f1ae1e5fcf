#pragma once

#include <array>
#include <memory>

#include "modules/crypto/aead_cipher.h"

namespace adyton::crypto {

/// AES-GCM for nonces that have not 12 bytes, put together from Crypto++'s GHASH, CTR and AES as SP
/// 800-38D, section 7 says. Crypto++'s own GCM gives wrong ciphertexts for one such nonce in 2^32:
/// where the block derived from the nonce ends in ff ff ff ff, it carries past the 32-bit counter.
/// Slower than AesGcm, which uses it.
class GcmOddNonce final : public AeadCipher {
 public:
  /// `key` has 16, 24 or 32 bytes.
  explicit GcmOddNonce(Bytes key);
  ~GcmOddNonce() override;

  /// The nonce has at least 1 byte.
  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override;
  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override;

 private:
  using Block = std::array<std::uint8_t, 16>;
  struct State;

  Block ghash(Bytes associated_data, Bytes ciphertext);
  Block tag(const Block& first_block, Bytes associated_data, Bytes ciphertext);
  void apply_counter(Block counter, Bytes in, std::uint8_t* out);

  std::unique_ptr<State> state_;
};

}  // namespace adyton::crypto
