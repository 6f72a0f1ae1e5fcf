// Any bytes as ciphertext, token, code, signature or envelope, under a keyring of every type:
// nothing crashes, and nothing is accepted that was not made with the key.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "modules/crypto/aead.h"
#include "modules/crypto/daead.h"
#include "modules/crypto/envelope.h"
#include "modules/crypto/mac.h"
#include "modules/crypto/signature.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// Two keys of each type, one of them raw, so that every way into a cipher is tried.
Keyring keyring_of(std::initializer_list<KeyType> types) {
  Keyring keyring = Keyring::generate(*types.begin());
  for (const KeyType type : types) keyring.rotate(type);
  std::string json = keyring.to_json();
  for (std::size_t at = json.find("\"TINK\""), raw = 0; at != std::string::npos;
       at = json.find("\"TINK\"", at + 1), ++raw) {
    if (raw % 2 == 0) json.replace(at, 6, "\"RAW\"");
  }
  return *Keyring::parse(json);
}

struct Openers {
  Keyring aead_keys = keyring_of({KeyType::x_aes_gcm, KeyType::aes256_gcm, KeyType::aes128_gcm,
                                  KeyType::chacha20_poly1305, KeyType::xchacha20_poly1305});
  Aead aead = *Aead::create(aead_keys);
  Daead daead = *Daead::create(keyring_of({KeyType::aes256_siv, KeyType::aes256_siv}));
  Mac mac = *Mac::create(keyring_of({KeyType::hmac_sha256, KeyType::hmac_sha512}));
  Verifier verifier = *Verifier::create(
      keyring_of({KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p256_ieee_p1363}));
  EnvelopeAead envelope = *EnvelopeAead::create(std::make_shared<AeadWrapper>(aead));
};

// The bytes as they are, and behind the prefix of each key: else no key would ever be tried.
std::vector<std::string> spellings(const Keyring& keyring, std::string_view data) {
  std::vector<std::string> all{std::string(data)};
  for (const KeyInfo& key : keyring.keys()) {
    std::string prefix = "\x01";
    for (int shift = 24; shift >= 0; shift -= 8) prefix += static_cast<char>(key.id >> shift);
    all.push_back(prefix + std::string(data));
  }
  return all;
}

// As long as the key is not known, a valid ciphertext is found with a chance of 2^-128.
void check_aead(const Openers& openers, std::string_view data) {
  for (const std::string& text : spellings(openers.aead_keys, data)) {
    std::string out(text.size(), '?');
    Opening message{as_bytes(text), as_bytes("data"), reinterpret_cast<std::uint8_t*>(out.data())};
    openers.aead.decrypt_many({&message, 1});
    demand(!message.ok && message.size == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Openers openers;
  const std::string_view text = as_text({data, size});
  check_aead(openers, text);
  const auto token = openers.daead.decrypt_deterministically(as_bytes(text), as_bytes("data"));
  demand(!token.ok() && token.error().message == "decryption failed");
  demand(!openers.mac.verify(as_bytes(text), as_bytes("data")));
  demand(!openers.verifier.verify(as_bytes(text), as_bytes("data")));
  const auto envelope = openers.envelope.decrypt(as_bytes(text), as_bytes("data"));
  demand(!envelope.ok() && envelope.error().message == "decryption failed");
  return 0;
}
