#include "modules/crypto/age/file_key.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "modules/crypto/chacha_poly.h"
#include "modules/crypto/compare.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/kdf.h"
#include "modules/crypto/random.h"

namespace adyton::crypto::age {
namespace {

constexpr std::string_view x25519_type = "X25519";
constexpr std::string_view scrypt_type = "scrypt";
constexpr std::string_view x25519_info = "age-encryption.org/v1/X25519";
constexpr std::string_view scrypt_label = "age-encryption.org/v1/scrypt";
constexpr std::size_t scrypt_salt_size = 16;
constexpr std::size_t wrapped_size = file_key_size + ChaCha20Poly1305::tag_size;

Error malformed(std::string_view why) {
  return {ErrorCode::invalid, cat("the age header is malformed: ", why)};
}

// A wrapping key is used once, so its nonce is zero.
constexpr std::array<std::uint8_t, ChaCha20Poly1305::nonce_size> zero_nonce{};

std::string seal_file_key(Bytes wrapping_key, Bytes file_key) {
  std::string body(wrapped_size, '\0');
  ChaCha20Poly1305(wrapping_key)
      .seal(zero_nonce, {}, file_key, reinterpret_cast<std::uint8_t*>(body.data()));
  return body;
}

/// nullopt if it is wrapped with another key.
std::optional<Secret> open_file_key(Bytes wrapping_key, std::string_view body) {
  Secret file_key(file_key_size);
  if (!ChaCha20Poly1305(wrapping_key).open(zero_nonce, {}, as_bytes(body), file_key.data())) {
    return std::nullopt;
  }
  return file_key;
}

Secret x25519_wrapping_key(Bytes shared, Bytes share, Bytes recipient) {
  std::array<std::uint8_t, 2 * x25519_size> salt{};
  std::ranges::copy(recipient, std::ranges::copy(share, salt.begin()).out);
  return derive_key(shared, salt, x25519_info);
}

Result<Stanza> wrap_for(const Recipient& recipient, Bytes file_key) {
  Secret ephemeral(x25519_size);
  fill_random(ephemeral.span());
  const Point share = x25519_public(ephemeral.bytes());
  const auto shared = x25519_shared(ephemeral.bytes(), recipient.point());
  if (!shared) {
    return Error{ErrorCode::config,
                 cat(recipient.text(), " is a point of low order, which keeps nothing secret")};
  }
  const Secret key = x25519_wrapping_key(shared->bytes(), share, recipient.point());
  return Stanza{{std::string(x25519_type), encode_unpadded(share)},
                seal_file_key(key.bytes(), file_key)};
}

/// The share of an X25519 stanza.
Result<std::string> check_x25519(const Stanza& stanza) {
  if (stanza.arguments.size() != 2) return malformed("an X25519 stanza has one argument");
  auto share = decode_unpadded(stanza.arguments[1]);
  if (!share || share->size() != x25519_size) {
    return malformed("an X25519 share is 32 bytes in canonical base64");
  }
  if (stanza.body.size() != wrapped_size) return malformed("an X25519 body has 32 bytes");
  return *std::move(share);
}

/// nullopt: not for this identity.
Result<std::optional<Secret>> unwrap_with(const Identity& identity, const Stanza& stanza) {
  ADYTON_TRY(const std::string share, check_x25519(stanza));
  const auto shared = x25519_shared(identity.secret(), as_bytes(share));
  if (!shared) return malformed("an X25519 share is a point of low order");
  const Point own = x25519_public(identity.secret());
  const Secret key = x25519_wrapping_key(shared->bytes(), as_bytes(share), own);
  return open_file_key(key.bytes(), stanza.body);
}

Result<Secret> scrypt_wrapping_key(Bytes passphrase, Bytes salt, unsigned work_factor) {
  std::string labelled(scrypt_label);
  labelled += as_text(salt);
  constexpr std::uint32_t r = 8;
  ADYTON_TRY(std::string key,
             scrypt(passphrase, as_bytes(labelled), {std::uint64_t{1} << work_factor, r, 1}, 32,
                    std::uint64_t{1} << (possible_work_factor + 11)));
  const WipeAtExit wipe_key(key);
  return Secret(as_bytes(key));
}

struct ScryptStanza {
  std::string salt;
  unsigned work_factor = 0;
};

Result<ScryptStanza> check_scrypt(const Stanza& stanza) {
  if (stanza.arguments.size() != 3) return malformed("a scrypt stanza has two arguments");
  auto salt = decode_unpadded(stanza.arguments[1]);
  if (!salt || salt->size() != scrypt_salt_size) {
    return malformed("a scrypt salt is 16 bytes in canonical base64");
  }
  const std::string& digits = stanza.arguments[2];
  unsigned work_factor = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), work_factor);
  if (digits[0] < '1' || digits[0] > '9' || read.ptr != digits.data() + digits.size()) {
    return malformed("a scrypt work factor is a positive decimal number");
  }
  if (read.ec != std::errc{}) work_factor = ~0U;
  if (stanza.body.size() != wrapped_size) return malformed("a scrypt body has 32 bytes");
  return ScryptStanza{*std::move(salt), work_factor};
}

/// The stanzas whose types we know are well-formed, a passphrase's is alone.
Status check_stanzas(const std::vector<Stanza>& stanzas) {
  for (const Stanza& stanza : stanzas) {
    if (stanza.arguments[0] == x25519_type) {
      ADYTON_TRY(const std::string share, check_x25519(stanza));
    } else if (stanza.arguments[0] == scrypt_type) {
      if (stanzas.size() != 1) return malformed("a scrypt stanza is not the only one");
      ADYTON_TRY(const ScryptStanza read, check_scrypt(stanza));
    }
  }
  return {};
}

Result<std::optional<Secret>> unwrap_with(Bytes passphrase, const Stanza& stanza,
                                          unsigned most_work) {
  ADYTON_TRY(const ScryptStanza read, check_scrypt(stanza));
  if (read.work_factor > most_work) {
    return Error{ErrorCode::limit,
                 cat("its passphrase takes a work factor of ", stanza.arguments[2],
                     ", and no more than ", most_work, " is allowed")};
  }
  ADYTON_TRY(const Secret key,
             scrypt_wrapping_key(passphrase, as_bytes(read.salt), read.work_factor));
  return open_file_key(key.bytes(), stanza.body);
}

std::string header_mac(Bytes file_key, std::string_view authenticated) {
  const Secret key = derive_key(file_key, {}, "header");
  return hmac(Hash::sha256, key.bytes(), as_bytes(authenticated));
}

Error empty_passphrase() {
  return {ErrorCode::config, "the passphrase is empty"};
}

}  // namespace

Error decryption_failed() {
  return {ErrorCode::crypto, "decryption failed"};
}

Secret derive_key(Bytes key_material, Bytes salt, std::string_view info) {
  std::string key = *hkdf(Hash::sha256, key_material, salt, as_bytes(info), 32);
  const WipeAtExit wipe_key(key);
  return Secret(as_bytes(key));
}

Secret new_file_key() {
  Secret key(file_key_size);
  fill_random(key.span());
  return key;
}

Result<Recipients> Recipients::of(std::vector<Recipient> recipients) {
  if (recipients.empty()) return Error{ErrorCode::config, "there is no recipient"};
  Recipients all;
  all.keys_ = std::move(recipients);
  return all;
}

Result<Recipients> Recipients::passphrase(std::string_view text, unsigned work_factor) {
  if (text.empty()) return empty_passphrase();
  Recipients all;
  all.passphrase_ = Secret(as_bytes(text));
  all.work_factor_ = work_factor;
  return all;
}

Result<std::vector<Stanza>> Recipients::wrap(Bytes file_key) const {
  std::vector<Stanza> stanzas;
  if (passphrase_.size() != 0) {
    std::array<std::uint8_t, scrypt_salt_size> salt{};
    fill_random(salt);
    ADYTON_TRY(const Secret key, scrypt_wrapping_key(passphrase_.bytes(), salt, work_factor_));
    stanzas.push_back({{std::string(scrypt_type), encode_unpadded(salt), cat(work_factor_)},
                       seal_file_key(key.bytes(), file_key)});
    return stanzas;
  }
  for (const Recipient& recipient : keys_) {
    ADYTON_TRY(Stanza stanza, wrap_for(recipient, file_key));
    stanzas.push_back(std::move(stanza));
  }
  return stanzas;
}

Result<Identities> Identities::passphrase(std::string_view text, unsigned most_work) {
  if (text.empty()) return empty_passphrase();
  Identities all;
  all.passphrase_ = Secret(as_bytes(text));
  all.most_work_ = most_work;
  return all;
}

Result<Secret> Identities::unwrap(const std::vector<Stanza>& stanzas) const {
  ADYTON_CHECK(check_stanzas(stanzas));
  for (const Stanza& stanza : stanzas) {
    if (stanza.arguments[0] == scrypt_type && passphrase_.size() != 0) {
      ADYTON_TRY(auto key, unwrap_with(passphrase_.bytes(), stanza, most_work_));
      if (key) return *std::move(key);
    }
    if (stanza.arguments[0] != x25519_type) continue;
    for (const Identity& identity : keys_) {
      ADYTON_TRY(auto key, unwrap_with(identity, stanza));
      if (key) return *std::move(key);
    }
  }
  return decryption_failed();
}

Result<std::string> make_header(const Recipients& recipients, Bytes file_key) {
  ADYTON_TRY(const std::vector<Stanza> stanzas, recipients.wrap(file_key));
  std::string header = unauthenticated_header(stanzas);
  header += header_end(as_bytes(header_mac(file_key, header)));
  return header;
}

Result<Secret> open_header(const Header& header, const Identities& identities) {
  ADYTON_TRY(Secret file_key, identities.unwrap(header.stanzas));
  const std::string mac = header_mac(file_key.bytes(), header.authenticated);
  if (!constant_time_equal(as_bytes(mac), as_bytes(header.mac))) return decryption_failed();
  return file_key;
}

}  // namespace adyton::crypto::age
