#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/age/header.h"
#include "modules/crypto/age/identity.h"
#include "modules/crypto/age/recipient.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto::age {

// Every age file has a key of its own, 16 random bytes. The stanzas of its header hold it, wrapped
// for each recipient; everything else is derived from it.
inline constexpr std::size_t file_key_size = 16;

/// scrypt's work factor: 2 to this power is its n, and a KiB times n its memory.
inline constexpr unsigned usual_work_factor = 18;
/// What is read if nobody says otherwise; whoever made a file may not make us take more than 1 GiB
/// of memory and some seconds.
inline constexpr unsigned largest_work_factor = 20;
/// scrypt with r = 8 has no greater one that a file could name and a machine could compute.
inline constexpr unsigned possible_work_factor = 30;

/// Who shall be able to open a file: recipients, or whoever knows a passphrase.
class Recipients {
 public:
  /// ErrorCode::config if there is none.
  static Result<Recipients> of(std::vector<Recipient> recipients);
  /// ErrorCode::config if the passphrase is empty. `work_factor` is 1 to possible_work_factor.
  static Result<Recipients> passphrase(std::string_view text,
                                       unsigned work_factor = usual_work_factor);

  /// A stanza for each. Blocks while scrypt works. ErrorCode::config if a recipient is no point
  /// that anything can be sealed to.
  Result<std::vector<Stanza>> wrap(Bytes file_key) const;

 private:
  Recipients() = default;

  std::vector<Recipient> keys_;
  Secret passphrase_;
  unsigned work_factor_ = 0;
};

/// What files are opened with: identities, a passphrase, or both.
class Identities {
 public:
  Identities() = default;
  explicit Identities(std::vector<Identity> keys) : keys_(std::move(keys)) {}
  explicit Identities(Identity key) { keys_.push_back(std::move(key)); }

  /// ErrorCode::config if the passphrase is empty. ErrorCode::limit will be the answer to a file
  /// with a greater work factor.
  static Result<Identities> passphrase(std::string_view text,
                                       unsigned most_work = largest_work_factor);

  /// The file key of one of the stanzas. ErrorCode::crypto "decryption failed" if none of them is
  /// for these identities; ErrorCode::invalid if a stanza of a known type is malformed, whomever it
  /// is for. Blocks while scrypt works.
  Result<Secret> unwrap(const std::vector<Stanza>& stanzas) const;

 private:
  std::vector<Identity> keys_;
  Secret passphrase_;
  unsigned most_work_ = largest_work_factor;
};

/// The one answer to everything that can't be decrypted.
Error decryption_failed();

/// HKDF-SHA-256 (RFC 5869), 32 bytes.
Secret derive_key(Bytes key_material, Bytes salt, std::string_view info);

/// A new file key.
Secret new_file_key();

/// The whole header of a file with that key.
Result<std::string> make_header(const Recipients& recipients, Bytes file_key);

/// The file key of a header whose MAC is right. Fails as Identities::unwrap(), and with "decryption
/// failed" for a wrong MAC.
Result<Secret> open_header(const Header& header, const Identities& identities);

}  // namespace adyton::crypto::age
