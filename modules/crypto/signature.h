#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// Signs under a keyring, in Tink's wire form: 01 and the key id (nothing for a raw key), then the
/// signature: 64 bytes (ed25519, ecdsa_p256_ieee_p1363) or DER (ecdsa_p256). Equal messages have
/// equal signatures: no random number is drawn. Holds a copy of the key. Any thread, no I/O.
class Signer {
 public:
  /// Signs with the primary key. Refuses a keyring with an enabled key for another purpose, or
  /// whose primary is a public key (ErrorCode::config, names the id).
  static Result<Signer> create(const Keyring& keyring);

  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;
  ~Signer();

  std::uint32_t key_id() const;
  std::string sign(Bytes message) const;

 private:
  class Impl;
  explicit Signer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

/// Checks what a Signer made, with public keys or with the private ones. Otherwise as Signer.
class Verifier {
 public:
  static Result<Verifier> create(const Keyring& keyring);

  Verifier(Verifier&&) noexcept;
  Verifier& operator=(Verifier&&) noexcept;
  ~Verifier();

  std::uint32_t primary_key_id() const;
  /// Whether an enabled key made that signature of the message. The answer says nothing more.
  bool verify(Bytes signature, Bytes message) const;

 private:
  class Impl;
  explicit Verifier(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace adyton::crypto
