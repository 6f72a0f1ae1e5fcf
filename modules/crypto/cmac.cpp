#include "modules/crypto/cmac.h"

#include <cryptopp/aes.h>
#include <cryptopp/cmac.h>

#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

struct AesCmac::State : InSecretMemory {
  CryptoPP::CMAC<CryptoPP::AES> mac;
};

AesCmac::AesCmac(Bytes key) : state_(std::make_unique<State>()) {
  state_->mac.SetKey(key.data(), key.size());
}

AesCmac::AesCmac(AesCmac&&) noexcept = default;
AesCmac& AesCmac::operator=(AesCmac&&) noexcept = default;
AesCmac::~AesCmac() = default;

void AesCmac::update(Bytes data) {
  if (!data.empty()) state_->mac.Update(data.data(), data.size());
}

void AesCmac::finish(std::span<std::uint8_t, tag_size> tag) {
  state_->mac.Final(tag.data());
}

}  // namespace adyton::crypto
