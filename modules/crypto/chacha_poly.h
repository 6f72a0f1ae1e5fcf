#pragma once

#include <memory>

#include "modules/crypto/aead_cipher.h"

namespace adyton::crypto {

/// ChaCha20-Poly1305 (RFC 8439): 32-byte key, 12-byte nonce. By the process's provider
/// (provider.h).
class ChaCha20Poly1305 final : public AeadCipher {
 public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t nonce_size = 12;

  explicit ChaCha20Poly1305(Bytes key);

  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override;
  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override;

 private:
  std::unique_ptr<AeadCipher> engine_;
};

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): 32-byte key, 24-byte nonce, which may be
/// random. By Crypto++: the other provider has no code for it.
class XChaCha20Poly1305 final : public AeadCipher {
 public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t nonce_size = 24;

  explicit XChaCha20Poly1305(Bytes key);
  ~XChaCha20Poly1305() override;

  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override;
  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace adyton::crypto
