#pragma once

#include <cstddef>
#include <string>

#include "host/base/text.h"

namespace adyton::crypto {

/// Ed25519 (RFC 8032, pure): deterministic, so that signing needs no random numbers.
struct Ed25519 {
  static constexpr std::size_t secret_size = 32;
  static constexpr std::size_t public_size = 32;
  static constexpr std::size_t signature_size = 64;

  /// The public key of a secret one of secret_size bytes.
  static std::string public_key(Bytes secret);

  /// `secret` and `public_key` belong together; signature_size bytes.
  static std::string sign(Bytes secret, Bytes public_key, Bytes message);

  /// False for a signature that is not canonical (its scalar is not below the group's order), too:
  /// there is one signature of a message, which nobody can rewrite.
  static bool verify(Bytes public_key, Bytes signature, Bytes message);
};

}  // namespace adyton::crypto
