#include "modules/crypto/prf.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "modules/crypto/cmac.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/kdf.h"
#include "modules/crypto/purpose.h"

namespace adyton::crypto {
namespace {

std::size_t longest_output(KeyType type) {
  switch (type) {
    case KeyType::hkdf_sha256:
      return 255 * 32;
    case KeyType::hmac_sha256_prf:
      return 32;
    case KeyType::hmac_sha512_prf:
      return 64;
    case KeyType::aes_cmac_prf:
      return AesCmac::tag_size;
    default:
      throw std::logic_error("a key type without a pseudorandom function");
  }
}

std::string cmac_of(Bytes key, Bytes input) {
  AesCmac cmac(key);
  cmac.update(input);
  std::array<std::uint8_t, AesCmac::tag_size> tag;
  cmac.finish(tag);
  return std::string(as_text(tag));
}

}  // namespace

Result<Prf> Prf::create(const Keyring& keyring) {
  ADYTON_CHECK(check_purpose(keyring, KeyPurpose::prf));
  Prf prf;
  prf.primary_ = keyring.primary_key_id();
  for (const Keyring::Key& key : keyring.material()) {
    if (key.status != KeyStatus::enabled) continue;
    if (key.prefix != OutputPrefix::raw) {
      return Error{ErrorCode::config,
                   cat("key ", key.id,
                       " has an output prefix, which a Prf has no place for; make a "
                       "keyring with: adyton keys new FILE --type ",
                       key_type_name(*key.type))};
    }
    prf.keys_.push_back({key.id, *key.type, key.material.clone(), key.hkdf_salt});
  }
  return prf;
}

std::vector<std::uint32_t> Prf::key_ids() const {
  std::vector<std::uint32_t> ids;
  for (const Key& key : keys_) ids.push_back(key.id);
  return ids;
}

Result<std::string> Prf::compute_primary(Bytes input, std::size_t length) const {
  return compute(primary_, input, length);
}

Result<std::string> Prf::compute(std::uint32_t key_id, Bytes input, std::size_t length) const {
  const auto found = std::ranges::find(keys_, key_id, &Key::id);
  if (found != keys_.end()) return compute(*found, input, length);
  return Error{ErrorCode::config, cat("the keyring has no enabled key ", key_id)};
}

Result<std::string> Prf::compute(const Key& key, Bytes input, std::size_t length) {
  const std::size_t most = longest_output(key.type);
  if (length == 0 || length > most) {
    return Error{ErrorCode::invalid, cat("key ", key.id, ", ", key_type_name(key.type),
                                         ", gives 1 to ", most, " bytes, not ", length)};
  }
  const Bytes material = key.material.bytes();
  if (key.type == KeyType::hkdf_sha256) {
    return hkdf(Hash::sha256, material, as_bytes(key.salt), input, length);
  }
  std::string whole = key.type == KeyType::aes_cmac_prf      ? cmac_of(material, input)
                      : key.type == KeyType::hmac_sha256_prf ? hmac(Hash::sha256, material, input)
                                                             : hmac(Hash::sha512, material, input);
  whole.resize(length);
  return whole;
}

}  // namespace adyton::crypto
