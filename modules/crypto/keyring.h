#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

/// The kinds of keys a keyring holds, each a Tink key type with its parameters.
enum class KeyType {
  x_aes_gcm,           // XAES-256-GCM (C2SP), 32-byte key, 12-byte salt: Tink X_AES_GCM
  aes256_gcm,          // Tink AES256_GCM
  aes128_gcm,          // Tink AES128_GCM
  chacha20_poly1305,   // RFC 8439: Tink ChaCha20Poly1305Key (tink-java only)
  xchacha20_poly1305,  // Tink XCHACHA20_POLY1305
  aes256_siv,          // RFC 5297, 64-byte key, deterministic: Tink AES256_SIV
  hmac_sha256,         // RFC 2104, 32-byte key, whole tag: Tink HMAC_SHA256_256BITTAG
  hmac_sha512,         // RFC 2104, 64-byte key, whole tag: Tink HMAC_SHA512_512BITTAG
};

/// What a key is for, and which class takes it: keys of one keyring share it.
enum class KeyPurpose {
  aead,   // randomised encryption: Aead
  daead,  // deterministic encryption, where equal plaintexts give equal ciphertexts: Daead
  mac,    // authentication codes: Mac
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
KeyPurpose key_purpose(KeyType type);

/// What may be told about a key: everything but its bytes.
struct KeyInfo {
  std::uint32_t id = 0;
  std::optional<KeyType> type;  // none: a destroyed key whose type the keyset no longer says
  KeyStatus status = KeyStatus::enabled;
  OutputPrefix prefix = OutputPrefix::tink;
  bool primary = false;
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
    Secret material;             // empty for a destroyed key
    std::size_t salt_size = 12;  // x_aes_gcm: 8 to 12; a new key has C2SP's 12
  };

  /// A cleartext Tink keyset in JSON. Strict: unknown members, key types, versions or
  /// sizes, a repeated id, a missing or disabled primary are ErrorCode::invalid, with a message
  /// that names the key id and never holds a byte of a key.
  static Result<Keyring> parse(std::string_view json);

  /// One new key, which is the primary.
  static Keyring generate(KeyType type);

  /// The keyset with its key bytes in the clear, as Tink's JSON.
  std::string to_json() const;

  std::vector<KeyInfo> keys() const;
  std::uint32_t primary_key_id() const { return primary_; }

  /// Adds a new key and makes it the primary; the others stay as they are. The new key's id.
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
  Keyring() = default;
  friend class KeysetReader;
  Result<Key*> find(std::uint32_t id);
  std::uint32_t unused_id() const;

  std::vector<Key> keys_;
  std::uint32_t primary_ = 0;
};

/// Reads a keyring file. As ssh does with its keys, refuses one that belongs to this user and that
/// group or others may read (ErrorCode::config, with the chmod that mends it).
Result<Keyring> load_keyring(Os& os, const std::string& path);

/// Writes a keyring file, mode 0600, in the clear: after a crash there is the old file or the new
/// one. Existing::error: ErrorCode::config if the name is taken.
Status save_keyring(Os& os, const std::string& path, const Keyring& keyring, Existing existing);

}  // namespace adyton::crypto
