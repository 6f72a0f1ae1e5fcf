#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "host/base/text.h"

namespace adyton::crypto {

/// The curve P-256 (FIPS 186-5, SP 800-186). A public key is its point's coordinates, x ‖ y, 32
/// bytes each, big endian; a secret key is its scalar, 32 bytes, big endian.
struct P256 {
  static constexpr std::size_t scalar_size = 32;
  static constexpr std::size_t point_size = 64;
  static constexpr std::size_t signature_size = 64;

  /// Whether that is a point of the curve: of the right length, coordinates below the field's size.
  static bool is_point(Bytes point);
  /// Whether that is a scalar from 1 to the group's order - 1.
  static bool is_scalar(Bytes scalar);
  /// The public key of a scalar.
  static std::string public_key(Bytes scalar);
};

/// Signs with ECDSA and SHA-256, the nonce made of key and message (RFC 6979): equal messages have
/// equal signatures, and no weak generator can give the key away. Signatures are r ‖ s, 32 bytes
/// each (IEEE P1363). One thread at a time.
class EcdsaSigner {
 public:
  /// A scalar as P256::is_scalar demands.
  explicit EcdsaSigner(Bytes scalar);
  EcdsaSigner(EcdsaSigner&&) noexcept;
  ~EcdsaSigner();

  std::string sign(Bytes message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One thread at a time.
class EcdsaVerifier {
 public:
  /// A point as P256::is_point demands.
  explicit EcdsaVerifier(Bytes point);
  EcdsaVerifier(EcdsaVerifier&&) noexcept;
  ~EcdsaVerifier();

  /// r and s from 1 to the group's order - 1, of exactly 32 bytes each.
  bool verify(Bytes signature, Bytes message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A signature of 64 bytes, r ‖ s, as the DER of ECDSA-Sig-Value (RFC 3279).
std::string signature_to_der(Bytes signature);
/// And back. Empty for what is not the one DER of such a signature: other lengths, leading zeros,
/// negative or longer numbers, bytes behind it.
std::string signature_from_der(Bytes der);

}  // namespace adyton::crypto
