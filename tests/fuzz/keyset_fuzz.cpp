// Any bytes as a keyset: refused with a message, or read into a keyring that survives its own JSON.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "modules/crypto/aead.h"
#include "modules/crypto/daead.h"
#include "modules/crypto/keyring_store.h"
#include "modules/crypto/keyset_proto.h"
#include "modules/crypto/prf.h"
#include "modules/crypto/signature.h"

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
  if (const auto verifier = Verifier::create(keyring); verifier.ok()) {
    demand(!verifier->verify(as_bytes("signature"), as_bytes("text")));
    if (const auto signer = Signer::create(keyring); signer.ok()) {
      demand(verifier->verify(as_bytes(signer->sign(as_bytes("text"))), as_bytes("text")));
    }
    const auto half = keyring.public_keyring();
    demand(half.ok() && !half->holds_secrets());
  }
  if (const auto prf = Prf::create(keyring); prf.ok()) {
    demand(prf->compute_primary(as_bytes("text"), 16)->size() == 16);
  }
}

// Sealed by nobody: what is in encryptedKeyset is the message itself, so that any bytes reach its
// reader.
class OpenWrapper final : public KeyWrapper {
 public:
  Result<std::string> wrap(Bytes key) const override { return std::string(as_text(key)); }
  Result<Secret> unwrap(Bytes wrapped) const override { return Secret(wrapped); }
};

// The same keyring comes back from Tink's message and from its sealed JSON.
void seal(const Keyring& keyring) {
  const OpenWrapper wrapper;
  const auto sealed = seal_keyring(keyring, &wrapper);
  demand(sealed.ok() && form_of(*sealed) == KeyringForm::wrapped);
  const auto opened = open_keyring(*sealed, {.wrapper = &wrapper});
  demand(opened.ok() && opened->to_json() == keyring.to_json());
}

// The bytes as a message, and as a file in any form.
void read_other_forms(std::string_view text) {
  const OpenWrapper wrapper;
  if (const auto keyring = read_keyset_proto(text); keyring.ok()) {
    demand(read_keyset_proto(write_keyset_proto(*keyring))->to_json() == keyring->to_json());
    use(*keyring);
    seal(*keyring);
  } else {
    demand(!keyring.error().message.empty());
  }
  const auto opened = open_keyring(text, {.wrapper = &wrapper});
  demand(opened.ok() || !opened.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_other_forms(as_text({data, size}));
  const auto keyring = Keyring::parse(as_text({data, size}));
  if (!keyring.ok()) {
    demand(!keyring.error().message.empty());
    return 0;
  }
  std::string json = keyring->to_json();
  const auto again = Keyring::parse(json);
  demand(again.ok() && again->to_json() == json);
  use(*keyring);
  seal(*keyring);
  return 0;
}
