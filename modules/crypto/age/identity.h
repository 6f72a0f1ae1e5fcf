#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/age/recipient.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto::age {

/// The secret key of a recipient: "AGE-SECRET-KEY-1…". Its bytes lie in Secret memory. Moves;
/// clone() copies.
class Identity {
 public:
  static Identity generate();

  /// ErrorCode::config for anything else, in words that hold nothing of the text.
  static Result<Identity> parse(std::string_view text);

  /// Who can seal for it.
  Recipient recipient() const { return Recipient(x25519_public(secret_.bytes())); }

  /// The key in the clear. The caller wipes it.
  std::string secret_text() const;

  Bytes secret() const { return secret_.bytes(); }
  Identity clone() const { return Identity(secret_.clone()); }

 private:
  explicit Identity(Secret secret) : secret_(std::move(secret)) {}

  Secret secret_;
};

/// A list of identities, as parse_recipients().
Result<std::vector<Identity>> parse_identities(std::string_view text, const std::string& name);

/// Reads an identity file, as KeyFile; it must be private.
Result<std::vector<Identity>> load_identities(Os& os, const std::string& path);

/// Writes an identity file, as write_key_file(). Existing::error: ErrorCode::config if the name is
/// taken.
Status save_identity(Os& os, const std::string& path, const Identity& identity, Existing existing);

/// An identity file as its owner should keep it: two comments (when it was made, its recipient) and
/// the key. The caller wipes it. `unix_time`: seconds since 1970 in UTC.
std::string identity_file(const Identity& identity, std::int64_t unix_time);

}  // namespace adyton::crypto::age
