#include "modules/crypto/age/identity.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "host/base/text.h"
#include "modules/crypto/age/bech32.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/age/lines.h"
#include "modules/crypto/key_file.h"
#include "modules/crypto/random.h"

namespace adyton::crypto::age {
namespace {

constexpr std::string_view prefix = "AGE-SECRET-KEY-";
constexpr std::size_t text_size = 74;

Error no_identity(std::string_view text) {
  if (text.starts_with("age1")) {
    return {ErrorCode::config,
            "a recipient (age1…) stands where an identity (AGE-SECRET-KEY-1…) is expected"};
  }
  if (text.starts_with("-----BEGIN AGE") || text.starts_with("age-encryption.org/")) {
    return {ErrorCode::config,
            "is sealed itself; open it first, with: adyton open -p, and give that as identity"};
  }
  return {ErrorCode::config,
          "is no identity: one begins with AGE-SECRET-KEY-1, in capitals, and has 74 characters "
          "and a checksum at its end"};
}

}  // namespace

Identity Identity::generate() {
  Secret secret(x25519_size);
  fill_random(secret.span());
  return Identity(std::move(secret));
}

Result<Identity> Identity::parse(std::string_view text) {
  if (text.size() != text_size) return no_identity(text);
  auto decoded = decode_bech32(text);
  if (!decoded || decoded->prefix != prefix || decoded->data.size() != x25519_size) {
    return no_identity(text);
  }
  return Identity(std::move(decoded->data));
}

std::string Identity::secret_text() const {
  std::string text = encode_bech32("age-secret-key-", secret_.bytes());
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

Result<std::vector<Identity>> parse_identities(std::string_view text, const std::string& name) {
  std::vector<Identity> identities;
  ADYTON_CHECK(for_each_key_line(text, name, [&](std::string_view line) -> Status {
    ADYTON_TRY(Identity identity, Identity::parse(line));
    identities.push_back(std::move(identity));
    return {};
  }));
  if (identities.empty()) return Error{ErrorCode::config, "holds no identity", name};
  return identities;
}

Result<std::vector<Identity>> load_identities(Os& os, const std::string& path) {
  ADYTON_TRY(const KeyFile file, KeyFile::read(os, path, "identity file"));
  ADYTON_CHECK(file.check_private());
  return parse_identities(file.content(), path);
}

Status save_identity(Os& os, const std::string& path, const Identity& identity, Existing existing) {
  if (existing == Existing::error && os.exists(path)) {
    return Error{ErrorCode::config, cat(path, " exists; an identity is not overwritten")};
  }
  std::string text = identity_file(identity, os.unix_time());
  const WipeAtExit wipe_text(text);
  return write_key_file(os, path, text, existing);
}

std::string identity_file(const Identity& identity, std::int64_t unix_time) {
  const std::time_t time = unix_time;
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 32> when{};
  std::strftime(when.data(), when.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  std::string secret = identity.secret_text();
  const WipeAtExit wipe_secret(secret);
  std::string out;
  // No reallocation may leave the key behind.
  out.reserve(256);
  out += cat("# created: ", std::string_view(when.data()),
             "\n# public key: ", identity.recipient().text(), '\n');
  out += secret;
  out += '\n';
  return out;
}

}  // namespace adyton::crypto::age
