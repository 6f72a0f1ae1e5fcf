#include "modules/crypto/aes_gcm.h"

#include <algorithm>

#include "modules/crypto/gcm_odd_nonce.h"
#include "modules/crypto/provider.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

AesGcm::AesGcm(Bytes key) : engine_(engines().gcm()) {
  set_key(key);
}

AesGcm::~AesGcm() {
  wipe(key_.data(), key_.size());
}

void AesGcm::set_key(Bytes key) {
  std::copy(key.begin(), key.end(), key_.begin());
  key_size_ = key.size();
  engine_->set_key(Bytes(key_).first(key_size_));
  odd_nonce_.reset();
}

void AesGcm::seal_odd(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) {
  for_odd_nonce().seal(nonce, associated_data, plaintext, out);
}

bool AesGcm::open_odd(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) {
  return for_odd_nonce().open(nonce, associated_data, ciphertext, out);
}

GcmOddNonce& AesGcm::for_odd_nonce() {
  if (!odd_nonce_) odd_nonce_ = std::make_unique<GcmOddNonce>(Bytes(key_).first(key_size_));
  return *odd_nonce_;
}

}  // namespace adyton::crypto
