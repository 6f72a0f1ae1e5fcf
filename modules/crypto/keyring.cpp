#include "modules/crypto/keyring.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "host/base/text.h"
#include "modules/crypto/ed25519.h"
#include "modules/crypto/key_proto.h"
#include "modules/crypto/p256.h"
#include "modules/crypto/random.h"

namespace adyton::crypto {
namespace {

constexpr std::array<std::string_view, 15> type_names{
    "x-aes-gcm",       "aes256-gcm",   "aes128-gcm",  "chacha20-poly1305", "xchacha20-poly1305",
    "aes256-siv",      "hmac-sha256",  "hmac-sha512", "hkdf-sha256",       "hmac-sha256-prf",
    "hmac-sha512-prf", "aes-cmac-prf", "ed25519",     "ecdsa-p256",        "ecdsa-p256-ieee-p1363"};

constexpr std::array<std::string_view, 3> status_names{"enabled", "disabled", "destroyed"};
constexpr std::array<std::string_view, 3> part_names{"symmetric", "private", "public"};
constexpr std::array<std::string_view, 5> purpose_names{"aead", "daead", "mac", "prf", "signature"};

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

void fill_material(Keyring::Key& key) {
  key.material = Secret(key_size(*key.type));
  fill_random(key.material.span());
  if (key_purpose(*key.type) != KeyPurpose::signature) return;
  key.part = KeyPart::private_key;
  if (key.type == KeyType::ed25519) {
    key.public_key = Ed25519::public_key(key.material.bytes());
    return;
  }
  // One random number in 2^32 is no scalar of P-256.
  while (!P256::is_scalar(key.material.bytes())) fill_random(key.material.span());
  key.public_key = P256::public_key(key.material.bytes());
}

}  // namespace

std::string_view key_type_name(KeyType type) {
  return type_names[static_cast<std::size_t>(type)];
}

std::optional<KeyType> parse_key_type(std::string_view name) {
  std::string spelt(name);
  for (char& c : spelt) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  const auto found = std::ranges::find(type_names, spelt);
  if (found == type_names.end()) return std::nullopt;
  return static_cast<KeyType>(found - type_names.begin());
}

std::span<const std::string_view> key_type_names() {
  return type_names;
}

std::string_view key_status_name(KeyStatus status) {
  return status_names[static_cast<std::size_t>(status)];
}

std::string_view key_part_name(KeyPart part) {
  return part_names[static_cast<std::size_t>(part)];
}

KeyPurpose key_purpose(KeyType type) {
  switch (type) {
    case KeyType::x_aes_gcm:
    case KeyType::aes256_gcm:
    case KeyType::aes128_gcm:
    case KeyType::chacha20_poly1305:
    case KeyType::xchacha20_poly1305:
      return KeyPurpose::aead;
    case KeyType::aes256_siv:
      return KeyPurpose::daead;
    case KeyType::hmac_sha256:
    case KeyType::hmac_sha512:
      return KeyPurpose::mac;
    case KeyType::hkdf_sha256:
    case KeyType::hmac_sha256_prf:
    case KeyType::hmac_sha512_prf:
    case KeyType::aes_cmac_prf:
      return KeyPurpose::prf;
    case KeyType::ed25519:
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p256_ieee_p1363:
      return KeyPurpose::signature;
  }
  throw std::logic_error("a key type without a purpose");
}

std::string_view key_purpose_name(KeyPurpose purpose) {
  return purpose_names[static_cast<std::size_t>(purpose)];
}

Result<Keyring> Keyring::of(std::vector<Key> keys, std::uint32_t primary) {
  if (keys.empty()) return invalid("the keyset needs key, an array of at least one key");
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (std::find_if(std::next(key), keys.end(),
                     [&](const Key& other) { return other.id == key->id; }) != keys.end()) {
      return invalid(cat("the keyset has two keys with the id ", key->id));
    }
  }
  const auto found = std::ranges::find(keys, primary, &Key::id);
  if (found == keys.end())
    return invalid(cat("the keyset's primary key ", primary, " is not in it"));
  if (found->status != KeyStatus::enabled) {
    return invalid(
        cat("the keyset's primary key ", primary, " is ", key_status_name(found->status)));
  }
  return Keyring(std::move(keys), primary);
}

Keyring Keyring::generate(KeyType type) {
  Keyring keyring({}, 0);
  keyring.rotate(type);
  return keyring;
}

std::vector<KeyInfo> Keyring::keys() const {
  std::vector<KeyInfo> infos;
  infos.reserve(keys_.size());
  for (const Key& key : keys_) {
    infos.push_back({key.id, key.type, key.status, key.prefix, key.id == primary_, key.part});
  }
  return infos;
}

Result<Keyring> Keyring::public_keyring() const {
  std::vector<Key> keys;
  for (const Key& key : keys_) {
    if (key.type && key_purpose(*key.type) != KeyPurpose::signature) {
      return invalid(cat("key ", key.id, " is ", key_type_name(*key.type),
                         ", which has no public half; keys that sign have one"));
    }
    Key half;
    half.id = key.id;
    half.type = key.type;
    half.status = key.status;
    half.prefix = key.prefix;
    half.part = KeyPart::public_key;
    half.public_key = key.public_key;
    keys.push_back(std::move(half));
  }
  return Keyring(std::move(keys), primary_);
}

bool Keyring::holds_secrets() const {
  return std::ranges::any_of(keys_, [](const Key& key) { return key.material.size() != 0; });
}

KeyType Keyring::primary_type() const {
  return *std::ranges::find(keys_, primary_, &Key::id)->type;
}

std::uint32_t Keyring::rotate(KeyType type) {
  Key key;
  key.id = unused_id();
  key.type = type;
  if (key_purpose(type) == KeyPurpose::prf) key.prefix = OutputPrefix::raw;
  fill_material(key);
  keys_.push_back(std::move(key));
  primary_ = keys_.back().id;
  return primary_;
}

Status Keyring::set_primary(std::uint32_t id) {
  ADYTON_TRY(Key* const key, find(id));
  if (key->status != KeyStatus::enabled) {
    return invalid(cat("key ", id, " is disabled; enable it before it becomes the primary"));
  }
  primary_ = id;
  return {};
}

Status Keyring::enable(std::uint32_t id) {
  ADYTON_TRY(Key* const key, find(id));
  key->status = KeyStatus::enabled;
  return {};
}

Status Keyring::disable(std::uint32_t id) {
  ADYTON_TRY(Key* const key, find(id));
  if (id == primary_) {
    return invalid(cat("key ", id, " is the primary; make another key the primary first"));
  }
  key->status = KeyStatus::disabled;
  return {};
}

Status Keyring::destroy(std::uint32_t id) {
  ADYTON_TRY(Key* const key, find(id));
  if (id == primary_) {
    return invalid(cat("key ", id, " is the primary; make another key the primary first"));
  }
  key->status = KeyStatus::destroyed;
  key->material = Secret();
  key->public_key.clear();
  return {};
}

Result<Keyring::Key*> Keyring::find(std::uint32_t id) {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  if (found == keys_.end()) return invalid(cat("the keyring has no key ", id));
  if (found->status == KeyStatus::destroyed) return invalid(cat("key ", id, " is destroyed"));
  return &*found;
}

std::uint32_t Keyring::unused_id() const {
  for (;;) {
    std::array<std::uint8_t, 4> random;
    fill_random(random);
    std::uint32_t id = 0;
    for (const std::uint8_t byte : random) id = id << 8 | byte;
    // Tink never gives 0; below 2^31 an id is positive in languages without unsigned integers.
    id &= 0x7fffffff;
    if (id != 0 && std::ranges::find(keys_, id, &Key::id) == keys_.end()) return id;
  }
}

}  // namespace adyton::crypto
