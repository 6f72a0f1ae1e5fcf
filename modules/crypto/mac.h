#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/digest_engine.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// HMAC (RFC 2104) under a keyring, in Tink's wire form: 01 and the key id (nothing for a raw key),
/// then the whole tag. Equal messages have equal codes, which nobody without the key can compute.
/// Otherwise as Aead: own copies of the keys, any thread, no I/O.
class Mac {
 public:
  /// Computes with the primary key. Refuses a keyring with an enabled key that is not for
  /// authentication codes (ErrorCode::config, names id and type).
  static Result<Mac> create(const Keyring& keyring);
  /// Computes with that key, primary or not, so that a rotation does not change the codes.
  /// ErrorCode::config if it is not an enabled key of the keyring.
  static Result<Mac> create(const Keyring& keyring, std::uint32_t key_id);

  Mac(Mac&&) noexcept;
  Mac& operator=(Mac&&) noexcept;
  ~Mac();

  /// Of the key that computes.
  std::uint32_t key_id() const;
  KeyType key_type() const;

  /// The length of a code, with what stands before the tag.
  std::size_t size() const;

  /// The code of head ‖ message for each of the messages; a batch shares its head.
  void compute_many(Bytes head, std::span<const Tagging> messages) const;

  std::string compute(Bytes message) const;
  /// True if `code` is that of the message under an enabled key of the keyring; takes as long for a
  /// code that is nearly right as for any other.
  bool verify(Bytes code, Bytes message) const;

 private:
  class Impl;
  explicit Mac(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace adyton::crypto
