#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>

#include "modules/crypto/gcm_engine.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

// Crypto++ keeps the two directions in two objects. Each is keyed when it is first used, since a
// batch goes one way and the key schedule with GHASH's table costs as much as several messages.
class CryptoppGcm final : public GcmEngine {
 public:
  void set_key(Bytes key) override {
    key_ = key;
    encryption_keyed_ = decryption_keyed_ = false;
  }

  void seal(const std::uint8_t* nonce, Bytes associated_data, Bytes plaintext,
            std::uint8_t* out) override {
    if (!encryption_keyed_) {
      key_cipher(encryption_);
      encryption_keyed_ = true;
    }
    encryption_.EncryptAndAuthenticate(out, out + plaintext.size(), tag_size, nonce, nonce_size,
                                       associated_data.data(), associated_data.size(),
                                       plaintext.data(), plaintext.size());
  }

  bool open(const std::uint8_t* nonce, Bytes associated_data, Bytes ciphertext,
            std::uint8_t* out) override {
    if (!decryption_keyed_) {
      key_cipher(decryption_);
      decryption_keyed_ = true;
    }
    const std::size_t size = ciphertext.size() - tag_size;
    const bool ok = decryption_.DecryptAndVerify(out, ciphertext.data() + size, tag_size, nonce,
                                                 nonce_size, associated_data.data(),
                                                 associated_data.size(), ciphertext.data(), size);
    if (!ok) wipe(out, size);
    return ok;
  }

 private:
  // Crypto++ keys this mode with a nonce only; each message brings its own.
  template <class Cipher>
  void key_cipher(Cipher& cipher) {
    const std::uint8_t unused[nonce_size] = {};
    cipher.SetKeyWithIV(key_.data(), key_.size(), unused, sizeof unused);
  }

  CryptoPP::GCM<CryptoPP::AES>::Encryption encryption_;
  CryptoPP::GCM<CryptoPP::AES>::Decryption decryption_;
  Bytes key_;
  bool encryption_keyed_ = false;
  bool decryption_keyed_ = false;
};

}  // namespace

std::unique_ptr<GcmEngine> make_cryptopp_gcm() {
  return std::make_unique<CryptoppGcm>();
}

}  // namespace adyton::crypto
