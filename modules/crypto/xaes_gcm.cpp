#include "modules/crypto/xaes_gcm.h"

#include <algorithm>

#include "modules/crypto/secret.h"

namespace adyton::crypto {

XAesGcm::XAesGcm(Bytes key, std::size_t salt_size) : cmac_(key), salt_size_(salt_size) {}

XAesGcm::~XAesGcm() = default;

void XAesGcm::seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) {
  derived(nonce.first(salt_size_)).seal(nonce.subspan(salt_size_), associated_data, plaintext, out);
}

bool XAesGcm::open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) {
  return derived(nonce.first(salt_size_))
      .open(nonce.subspan(salt_size_), associated_data, ciphertext, out);
}

AesGcm& XAesGcm::derived(Bytes salt) {
  if (gcm_ && std::equal(salt.begin(), salt.end(), last_salt_.begin())) return *gcm_;
  Salt padded{};
  std::copy(salt.begin(), salt.end(), padded.begin());
  std::array<std::uint8_t, key_size> key;
  derive(padded, key);
  if (gcm_) {
    gcm_->set_key(key);
  } else {
    gcm_.emplace(key);
  }
  last_salt_ = padded;
  wipe(key.data(), key.size());
  return *gcm_;
}

void XAesGcm::derive(const Salt& salt, std::span<std::uint8_t, 32> key) {
  // CMAC(00 01 'X' 00 ‖ salt) ‖ CMAC(00 02 'X' 00 ‖ salt): one block each.
  for (const std::uint8_t i : {std::uint8_t{1}, std::uint8_t{2}}) {
    std::array<std::uint8_t, 16> block{0, i, 'X', 0};
    std::copy(salt.begin(), salt.end(), block.begin() + 4);
    cmac_.update(block);
    cmac_.finish(i == 1 ? key.first<16>() : key.last<16>());
  }
}

}  // namespace adyton::crypto
