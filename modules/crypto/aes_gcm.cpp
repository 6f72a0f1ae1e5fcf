#include "modules/crypto/aes_gcm.h"

#include <cstring>

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>

#include "modules/crypto/gcm_odd_nonce.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

// Crypto++ keeps the two directions in two objects. Each is keyed when it is first used, since a
// batch goes one way and the key schedule with GHASH's table costs as much as several messages.
struct AesGcm::State {
  CryptoPP::GCM<CryptoPP::AES>::Encryption encryption;
  CryptoPP::GCM<CryptoPP::AES>::Decryption decryption;
  std::unique_ptr<GcmOddNonce> odd_nonce;
  bool encryption_keyed = false;
  bool decryption_keyed = false;
  std::uint8_t key[32];
  std::size_t key_size = 0;

  ~State() { wipe(key, sizeof key); }

  // Crypto++ keys this mode with a nonce only; each message brings its own.
  template <class Cipher>
  void key_cipher(Cipher& cipher) {
    const std::uint8_t unused[nonce_size] = {};
    cipher.SetKeyWithIV(key, key_size, unused, sizeof unused);
  }

  GcmOddNonce& for_odd_nonce() {
    if (!odd_nonce) odd_nonce = std::make_unique<GcmOddNonce>(Bytes(key, key_size));
    return *odd_nonce;
  }
};

AesGcm::AesGcm(Bytes key) : state_(std::make_unique<State>()) {
  set_key(key);
}

AesGcm::~AesGcm() = default;

void AesGcm::set_key(Bytes key) {
  std::memcpy(state_->key, key.data(), key.size());
  state_->key_size = key.size();
  state_->encryption_keyed = state_->decryption_keyed = false;
  state_->odd_nonce.reset();
}

void AesGcm::seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) {
  State& s = *state_;
  if (nonce.size() != nonce_size) {
    return s.for_odd_nonce().seal(nonce, associated_data, plaintext, out);
  }
  if (!s.encryption_keyed) {
    s.key_cipher(s.encryption);
    s.encryption_keyed = true;
  }
  s.encryption.EncryptAndAuthenticate(out, out + plaintext.size(), tag_size, nonce.data(),
                                      static_cast<int>(nonce.size()), associated_data.data(),
                                      associated_data.size(), plaintext.data(), plaintext.size());
}

bool AesGcm::open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) {
  if (ciphertext.size() < tag_size) return false;
  State& s = *state_;
  if (nonce.size() != nonce_size) {
    return s.for_odd_nonce().open(nonce, associated_data, ciphertext, out);
  }
  if (!s.decryption_keyed) {
    s.key_cipher(s.decryption);
    s.decryption_keyed = true;
  }
  const std::size_t size = ciphertext.size() - tag_size;
  const bool ok = s.decryption.DecryptAndVerify(
      out, ciphertext.data() + size, tag_size, nonce.data(), static_cast<int>(nonce.size()),
      associated_data.data(), associated_data.size(), ciphertext.data(), size);
  if (!ok) wipe(out, size);
  return ok;
}

}  // namespace adyton::crypto
