#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

/// The kinds of keys a keyring holds, each a Tink key type with its parameters.
enum class KeyType {
  x_aes_gcm,              // XAES-256-GCM (C2SP), 32-byte key, 12-byte salt: Tink X_AES_GCM
  aes256_gcm,             // Tink AES256_GCM
  aes128_gcm,             // Tink AES128_GCM
  chacha20_poly1305,      // RFC 8439: Tink ChaCha20Poly1305Key (tink-java only)
  xchacha20_poly1305,     // Tink XCHACHA20_POLY1305
  aes256_siv,             // RFC 5297, 64-byte key, deterministic: Tink AES256_SIV
  hmac_sha256,            // RFC 2104, 32-byte key, whole tag: Tink HMAC_SHA256_256BITTAG
  hmac_sha512,            // RFC 2104, 64-byte key, whole tag: Tink HMAC_SHA512_512BITTAG
  hkdf_sha256,            // RFC 5869, 32-byte key: Tink HKDF_SHA256
  hmac_sha256_prf,        // 32-byte key: Tink HMAC_SHA256_PRF
  hmac_sha512_prf,        // 64-byte key: Tink HMAC_SHA512_PRF
  aes_cmac_prf,           // RFC 4493, 32-byte key: Tink AES_CMAC_PRF
  ed25519,                // RFC 8032: Tink ED25519
  ecdsa_p256,             // with SHA-256, signatures in DER: Tink's template ECDSA_P256
  ecdsa_p256_ieee_p1363,  // signatures r ‖ s: Tink ECDSA_P256_IEEE_P1363
};

/// What a key is for, and which class takes it: keys of one keyring share it.
enum class KeyPurpose {
  aead,       // randomised encryption: Aead
  daead,      // deterministic encryption, where equal plaintexts give equal ciphertexts: Daead
  mac,        // authentication codes: Mac
  prf,        // pseudorandom bytes from a key and an input: Prf
  signature,  // Signer and Verifier
};

/// Which part of a key is there, as Tink's key material types have it.
enum class KeyPart {
  symmetric,    // the only one
  private_key,  // signs; holds the public one, too
  public_key,   // verifies only, and is no secret
};

enum class KeyStatus { enabled, disabled, destroyed };

/// What stands before a ciphertext: `tink` is 01 and the key id (4 bytes, big endian), `raw`
/// nothing.
enum class OutputPrefix { tink, raw };

/// "x-aes-gcm", "aes256-gcm", …: as the command line and the Python module spell it.
std::string_view key_type_name(KeyType type);
/// Reads such a name; capitals and underscores are taken, too, as Tink has them (AES256_GCM).
std::optional<KeyType> parse_key_type(std::string_view name);
/// The names parse_key_type knows.
std::span<const std::string_view> key_type_names();
std::string_view key_status_name(KeyStatus status);
/// "symmetric", "private", "public".
std::string_view key_part_name(KeyPart part);
KeyPurpose key_purpose(KeyType type);
/// "aead", "daead", "mac", "prf", "signature".
std::string_view key_purpose_name(KeyPurpose purpose);

/// What may be told about a key: everything but its bytes.
struct KeyInfo {
  std::uint32_t id = 0;
  std::optional<KeyType> type;  // none: a destroyed key whose type the keyset no longer says
  KeyStatus status = KeyStatus::enabled;
  OutputPrefix prefix = OutputPrefix::tink;
  bool primary = false;
  KeyPart part = KeyPart::symmetric;
};

/// A set of keys with ids, one of them the primary, as a Tink keyset: the primary seals, every
/// enabled key opens. Not synchronised: many readers, or one writer. Holds the key bytes in Secret
/// memory; whoever asks for to_json() gets them in the clear and must wipe() the text.
class Keyring {
 public:
  struct Key {
    std::uint32_t id = 0;
    std::optional<KeyType> type;
    KeyStatus status = KeyStatus::enabled;
    OutputPrefix prefix = OutputPrefix::tink;
    KeyPart part = KeyPart::symmetric;
    Secret material;              // empty for a destroyed key and for a public one
    std::size_t salt_size = 12;   // x_aes_gcm: 8 to 12; a new key has C2SP's 12
    std::string hkdf_salt = {};   // hkdf_sha256: a new key has none
    std::string public_key = {};  // ed25519: 32 bytes; ecdsa: x ‖ y, 32 bytes each; else empty
  };

  /// A cleartext Tink keyset in JSON. Strict: unknown members, key types, versions or
  /// sizes, a repeated id, a missing or disabled primary are ErrorCode::invalid, with a message
  /// that names the key id and never holds a byte of a key.
  static Result<Keyring> parse(std::string_view json);

  /// Of keys that were read. ErrorCode::invalid if there is none, if two have one id, or if the
  /// primary is not among them and enabled.
  static Result<Keyring> of(std::vector<Key> keys, std::uint32_t primary);

  /// One new key, which is the primary.
  static Keyring generate(KeyType type);

  /// The keyset with its key bytes in the clear, as Tink's JSON.
  std::string to_json() const;

  /// The same ids, states and primary with the public halves of the keys: what the others need who
  /// verify. ErrorCode::invalid for a keyring that is not for signatures.
  Result<Keyring> public_keyring() const;

  /// Whether somebody who reads it could do harm: false for public keys only.
  bool holds_secrets() const;

  /// Of the primary key, and so of all that can be used with it.
  KeyType primary_type() const;

  std::vector<KeyInfo> keys() const;
  std::uint32_t primary_key_id() const { return primary_; }

  /// Adds a new key and makes it the primary; the others stay as they are. The new key's id. A key
  /// for a Prf has no prefix (Tink wants it so), every other one Tink's.
  std::uint32_t rotate(KeyType type);

  /// Each fails with ErrorCode::invalid if there is no such key, if it is destroyed, or if the
  /// primary would be disabled or destroyed.
  Status set_primary(std::uint32_t id);
  Status enable(std::uint32_t id);
  Status disable(std::uint32_t id);
  /// Erases the key's bytes for good; its id stays taken.
  Status destroy(std::uint32_t id);

  /// The keys with their bytes, for the ciphers of this room.
  std::span<const Key> material() const { return keys_; }

 private:
  Keyring(std::vector<Key> keys, std::uint32_t primary)
      : keys_(std::move(keys)), primary_(primary) {}
  Result<Key*> find(std::uint32_t id);
  std::uint32_t unused_id() const;
  std::size_t json_capacity() const;  // at least what to_json() writes

  std::vector<Key> keys_;
  std::uint32_t primary_ = 0;
};

}  // namespace adyton::crypto
