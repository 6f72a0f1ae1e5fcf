#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// One message to seal. `out` has room for ciphertext_size(plaintext.size()) and may not overlap
/// the plaintext.
struct Sealing {
  Bytes plaintext;
  Bytes associated_data;
  std::uint8_t* out;
};

/// One message to open. `out` has room for ciphertext.size() and may not overlap it. On success
/// `ok` is true and `size` the plaintext's length; else `ok` is false, `size` 0 and `out` wiped.
struct Opening {
  Bytes ciphertext;
  Bytes associated_data;
  std::uint8_t* out;
  std::size_t size = 0;
  bool ok = false;
};

/// Randomised authenticated encryption under a keyring, in Tink's wire form (docs/formats.md).
/// Holds copies of the keys, so the Keyring may go. Const use from any number of threads; no call
/// starts threads, touches files or blocks for more than the computation. A child forked while no
/// call is running may use it: nonces come from getrandom(2) at every call.
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

  /// A fresh nonce for each message. With X-AES-GCM the messages of one call share a random salt,
  /// and so a derived key, and their IVs count up from a random start: distinct within the call,
  /// and between calls as far apart as random salts are.
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
