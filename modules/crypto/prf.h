#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// Pseudorandom functions under a keyring, as Tink's PrfSet: bytes that a key and an input
/// determine and that nobody without the key can tell from random ones. For tokens that are never
/// turned back, and for keys out of one key. Nothing of a key's id is in the output. Holds copies
/// of the keys. Any thread, no I/O.
///
///   hkdf_sha256       HKDF (RFC 5869) with the input as `info`: 1 to 8160 bytes
///   hmac_sha256_prf   HMAC: 1 to 32 bytes
///   hmac_sha512_prf   1 to 64
///   aes_cmac_prf      AES-256-CMAC: 1 to 16
class Prf {
 public:
  /// Refuses a keyring with an enabled key for another purpose, or with one that has an output
  /// prefix, which Tink refuses, too (ErrorCode::config, names the id).
  static Result<Prf> create(const Keyring& keyring);

  std::uint32_t primary_key_id() const { return primary_; }
  /// Of the enabled keys, in the keyring's order.
  std::vector<std::uint32_t> key_ids() const;

  /// The first `length` bytes of the primary key's function of `input`. The shorter output is the
  /// beginning of the longer. ErrorCode::invalid for a length that the type does not have. The
  /// caller wipes what is a key.
  Result<std::string> compute_primary(Bytes input, std::size_t length) const;
  /// The same under another enabled key. ErrorCode::config if there is no such.
  Result<std::string> compute(std::uint32_t key_id, Bytes input, std::size_t length) const;

 private:
  struct Key {
    std::uint32_t id;
    KeyType type;
    Secret material;
    std::string salt;
  };
  Prf() = default;
  static Result<std::string> compute(const Key& key, Bytes input, std::size_t length);

  std::vector<Key> keys_;
  std::uint32_t primary_ = 0;
};

}  // namespace adyton::crypto
