#include "modules/crypto/keyring.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "host/base/text.h"
#include "modules/crypto/key_proto.h"
#include "modules/crypto/random.h"

namespace adyton::crypto {
namespace {

constexpr std::array<std::string_view, 8> type_names{
    "x-aes-gcm",          "aes256-gcm", "aes128-gcm",  "chacha20-poly1305",
    "xchacha20-poly1305", "aes256-siv", "hmac-sha256", "hmac-sha512"};

constexpr std::array<std::string_view, 3> status_names{"enabled", "disabled", "destroyed"};

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
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
  }
  throw std::logic_error("a key type without a purpose");
}

Keyring Keyring::generate(KeyType type) {
  Keyring keyring;
  keyring.rotate(type);
  return keyring;
}

std::vector<KeyInfo> Keyring::keys() const {
  std::vector<KeyInfo> infos;
  infos.reserve(keys_.size());
  for (const Key& key : keys_) {
    infos.push_back({key.id, key.type, key.status, key.prefix, key.id == primary_});
  }
  return infos;
}

std::uint32_t Keyring::rotate(KeyType type) {
  Key key;
  key.id = unused_id();
  key.type = type;
  key.material = Secret(key_size(type));
  fill_random(key.material.span());
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
