#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

// A token, in base64url with padding (github.com/fernet/spec, version 0x80):
//
//   0x80 ‖ seconds since 1970 (8 bytes, big endian) ‖ IV (16) ‖ ciphertext ‖ HMAC (32)
//
// The ciphertext is AES-128-CBC of the plaintext padded as PKCS #7 has it, the HMAC is SHA-256's of
// all before it. The older formats of Aead are better in every way; this is for those who have
// tokens.

/// Fernet tokens under one key. Const use from any number of threads.
class Fernet {
 public:
  /// 32 bytes: HMAC's key, then AES's. ErrorCode::invalid for another length.
  static Result<Fernet> create(Bytes key);

  /// `time`: seconds since 1970. Under a random IV.
  std::string encrypt(Bytes plaintext, std::uint64_t time) const;

  struct Lifetime {
    std::uint64_t seconds;
    std::uint64_t now;
  };
  /// ErrorCode::crypto "decryption failed", whatever the reason: a token that is malformed, of
  /// another key, older than `lifetime` or made more than a minute after its `now`. The caller
  /// wipes the result.
  Result<std::string> decrypt(Bytes token, std::optional<Lifetime> lifetime) const;

  /// When a token of this key was made; else as decrypt().
  Result<std::uint64_t> timestamp(Bytes token) const;

 private:
  explicit Fernet(Secret key) : key_(std::move(key)) {}
  Bytes signing_key() const { return key_.bytes().first(16); }
  Bytes encryption_key() const { return key_.bytes().last(16); }
  Result<std::string> verified(Bytes token) const;

  Secret key_;
};

}  // namespace adyton::crypto
