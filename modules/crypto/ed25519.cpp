#include "modules/crypto/ed25519.h"

#include <array>

#include <cryptopp/xed25519.h>

#include "modules/crypto/kernel_rng.h"

namespace adyton::crypto {
namespace {

// 2^252 + 27742317777372353535851937790883648493, little endian.
constexpr std::array<std::uint8_t, 32> group_order{
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

// Crypto++ looks at the scalar's top three bits only. A signature is no secret.
bool below_group_order(Bytes scalar) {
  for (std::size_t i = group_order.size(); i-- > 0;) {
    if (scalar[i] != group_order[i]) return scalar[i] < group_order[i];
  }
  return false;
}

}  // namespace

std::string Ed25519::public_key(Bytes secret) {
  const CryptoPP::ed25519Signer signer(secret.data());
  const auto& key = static_cast<const CryptoPP::ed25519PrivateKey&>(signer.GetPrivateKey());
  return std::string(reinterpret_cast<const char*>(key.GetPublicKeyBytePtr()), public_size);
}

std::string Ed25519::sign(Bytes secret, Bytes public_key, Bytes message) {
  const CryptoPP::ed25519Signer signer(public_key.data(), secret.data());
  KernelRng rng;
  std::string signature(signature_size, '\0');
  signer.SignMessage(rng, message.data(), message.size(),
                     reinterpret_cast<std::uint8_t*>(signature.data()));
  return signature;
}

bool Ed25519::verify(Bytes public_key, Bytes signature, Bytes message) {
  if (signature.size() != signature_size || !below_group_order(signature.subspan(32))) return false;
  const CryptoPP::ed25519Verifier verifier(public_key.data());
  return verifier.VerifyMessage(message.data(), message.size(), signature.data(), signature.size());
}

}  // namespace adyton::crypto
