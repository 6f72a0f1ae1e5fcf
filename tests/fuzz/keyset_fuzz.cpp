// Any bytes as a keyset: refused with a message, or read into a keyring that survives its own JSON.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "modules/crypto/aead.h"
#include "modules/crypto/daead.h"
#include "modules/crypto/keyring.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// A keyring that was accepted encrypts and decrypts, or says which key it can't use.
void use(const Keyring& keyring) {
  if (const auto aead = Aead::create(keyring); aead.ok()) {
    const auto sealed = aead->encrypt(as_bytes("text"), as_bytes("data"));
    demand(sealed.ok() && *aead->decrypt(as_bytes(*sealed), as_bytes("data")) == "text");
  } else {
    demand(aead.error().message.starts_with("key "));
  }
  if (const auto daead = Daead::create(keyring); daead.ok()) {
    const auto sealed = daead->encrypt_deterministically(as_bytes("text"), as_bytes("data"));
    demand(*daead->decrypt_deterministically(as_bytes(*sealed), as_bytes("data")) == "text");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto keyring = Keyring::parse(as_text({data, size}));
  if (!keyring.ok()) {
    demand(!keyring.error().message.empty());
    return 0;
  }
  std::string json = keyring->to_json();
  const auto again = Keyring::parse(json);
  demand(again.ok() && again->to_json() == json);
  use(*keyring);
  return 0;
}
