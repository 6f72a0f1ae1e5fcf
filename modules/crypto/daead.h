#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/keyring.h"
#include "modules/crypto/message.h"

namespace adyton::crypto {

/// Deterministic authenticated encryption (AES-SIV) under a keyring, in Tink's wire form: equal
/// plaintexts under equal associated data give equal ciphertexts, which is what makes a token, and
/// which shows who has equal values. Otherwise as Aead: own copies of the keys, any thread, no I/O.
class Daead {
 public:
  /// Seals with the primary key. Refuses a keyring with an enabled key that is not deterministic
  /// (ErrorCode::config, names id and type).
  static Result<Daead> create(const Keyring& keyring);
  /// Seals with that key, primary or not, so that a rotation does not change the tokens.
  /// ErrorCode::config if it is not an enabled key of the keyring.
  static Result<Daead> create(const Keyring& keyring, std::uint32_t sealing_key_id);

  Daead(Daead&&) noexcept;
  Daead& operator=(Daead&&) noexcept;
  ~Daead();

  /// The id of the key that seals.
  std::uint32_t primary_key_id() const;
  std::size_t ciphertext_size(std::size_t plaintext_size) const;

  /// As Aead's.
  std::optional<std::size_t> overhead() const;

  void encrypt_many(std::span<const Sealing> messages) const;
  void decrypt_many(std::span<Opening> messages) const;

  Result<std::string> encrypt_deterministically(Bytes plaintext, Bytes associated_data) const;
  /// ErrorCode::crypto "decryption failed", whatever the reason.
  Result<std::string> decrypt_deterministically(Bytes ciphertext, Bytes associated_data) const;

 private:
  class Impl;
  explicit Daead(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace adyton::crypto
