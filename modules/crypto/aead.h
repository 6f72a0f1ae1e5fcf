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

/// Randomised authenticated encryption under a keyring, in Tink's wire form (docs/formats.md).
/// Holds copies of the keys, so the Keyring may go. Const use from any number of threads; no call
/// starts threads, touches files or blocks for more than the computation. A forked child may
/// use it, whatever its parent's threads were doing: it draws other nonces (random.h).
class Aead {
 public:
  /// Refuses a keyring with an enabled key for another purpose (ErrorCode::config, names id and
  /// type).
  static Result<Aead> create(const Keyring& keyring);

  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;
  ~Aead();

  std::uint32_t primary_key_id() const;

  /// The length of what the primary key makes of a plaintext of that length.
  std::size_t ciphertext_size(std::size_t plaintext_size) const;

  /// By how much a ciphertext is longer than its plaintext, if that is one number for all of the
  /// enabled keys. Then decrypt_many() needs no more room than for the plaintexts.
  std::optional<std::size_t> overhead() const;

  /// A fresh nonce for each message: random for the first, and its last 12 bytes count up from
  /// there (SP 800-38D, 8.2.2), so that they differ within the call and are as far apart between
  /// calls as random ones. The messages of one call under X-AES-GCM share their salt, and so a
  /// derived key.
  void encrypt_many(std::span<const Sealing> messages) const;

  /// Tries the enabled keys that the prefix names, then the raw ones. A failed message says only
  /// that it failed.
  void decrypt_many(std::span<Opening> messages) const;

  Result<std::string> encrypt(Bytes plaintext, Bytes associated_data) const;
  /// ErrorCode::crypto "decryption failed", whatever the reason.
  Result<std::string> decrypt(Bytes ciphertext, Bytes associated_data) const;

 private:
  class Impl;
  explicit Aead(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace adyton::crypto
