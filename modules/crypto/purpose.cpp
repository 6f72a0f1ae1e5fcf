#include "modules/crypto/purpose.h"

#include <stdexcept>

#include "host/base/text.h"

namespace adyton::crypto {
namespace {

std::string_view described(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::aead:
      return "a key for encryption";
    case KeyPurpose::daead:
      return "a deterministic key";
    case KeyPurpose::mac:
      return "a key for authentication codes";
    case KeyPurpose::prf:
      return "a key for a Prf";
    case KeyPurpose::signature:
      return "a key for signatures";
  }
  throw std::logic_error("a purpose without a name");
}

std::string_view class_of(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::aead:
      return "an Aead";
    case KeyPurpose::daead:
      return "a Daead";
    case KeyPurpose::mac:
      return "a Mac";
    case KeyPurpose::prf:
      return "a Prf";
    case KeyPurpose::signature:
      return "a Signer or Verifier";
  }
  throw std::logic_error("a purpose without a class");
}

}  // namespace

Error wrong_purpose(const Keyring::Key& key, KeyPurpose wanted) {
  const KeyPurpose purpose = key_purpose(*key.type);
  return {
      ErrorCode::config,
      cat("key ", key.id, " is ", key_type_name(*key.type), ", ", described(purpose), ", which ",
          class_of(wanted), " does not take; use ", class_of(purpose), ", make a keyring of type ",
          key_type_name(usual_type(wanted)), ", or disable the key")};
}

Status check_purpose(const Keyring& keyring, KeyPurpose wanted) {
  for (const Keyring::Key& key : keyring.material()) {
    if (key.status == KeyStatus::enabled && key_purpose(*key.type) != wanted) {
      return wrong_purpose(key, wanted);
    }
  }
  return {};
}

KeyType usual_type(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::aead:
      return KeyType::x_aes_gcm;
    case KeyPurpose::daead:
      return KeyType::aes256_siv;
    case KeyPurpose::mac:
      return KeyType::hmac_sha256;
    case KeyPurpose::prf:
      return KeyType::hkdf_sha256;
    case KeyPurpose::signature:
      return KeyType::ed25519;
  }
  throw std::logic_error("a purpose without a type");
}

}  // namespace adyton::crypto
