#include "modules/crypto/chacha_poly.h"

#include <array>

#include <cryptopp/chachapoly.h>

#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

// Crypto++ keys this cipher with a nonce only; each message brings its own.
template <class Cipher, std::size_t nonce_size>
void set_key(Cipher& cipher, Bytes key) {
  const std::array<std::uint8_t, nonce_size> unused{};
  cipher.SetKeyWithIV(key.data(), key.size(), unused.data(), unused.size());
}

template <class Cipher>
void seal_with(Cipher& cipher, Bytes nonce, Bytes associated_data, Bytes plaintext,
               std::uint8_t* out) {
  cipher.EncryptAndAuthenticate(out, out + plaintext.size(), AeadCipher::tag_size, nonce.data(),
                                static_cast<int>(nonce.size()), associated_data.data(),
                                associated_data.size(), plaintext.data(), plaintext.size());
}

template <class Cipher>
bool open_with(Cipher& cipher, Bytes nonce, Bytes associated_data, Bytes ciphertext,
               std::uint8_t* out) {
  if (ciphertext.size() < AeadCipher::tag_size) return false;
  const std::size_t size = ciphertext.size() - AeadCipher::tag_size;
  const bool ok =
      cipher.DecryptAndVerify(out, ciphertext.data() + size, AeadCipher::tag_size, nonce.data(),
                              static_cast<int>(nonce.size()), associated_data.data(),
                              associated_data.size(), ciphertext.data(), size);
  if (!ok) wipe(out, size);
  return ok;
}

}  // namespace

struct ChaCha20Poly1305::State {
  CryptoPP::ChaCha20Poly1305::Encryption encryption;
  CryptoPP::ChaCha20Poly1305::Decryption decryption;
};

ChaCha20Poly1305::ChaCha20Poly1305(Bytes key) : state_(std::make_unique<State>()) {
  set_key<decltype(state_->encryption), nonce_size>(state_->encryption, key);
  set_key<decltype(state_->decryption), nonce_size>(state_->decryption, key);
}

ChaCha20Poly1305::~ChaCha20Poly1305() = default;

void ChaCha20Poly1305::seal(Bytes nonce, Bytes associated_data, Bytes plaintext,
                            std::uint8_t* out) {
  seal_with(state_->encryption, nonce, associated_data, plaintext, out);
}

bool ChaCha20Poly1305::open(Bytes nonce, Bytes associated_data, Bytes ciphertext,
                            std::uint8_t* out) {
  return open_with(state_->decryption, nonce, associated_data, ciphertext, out);
}

struct XChaCha20Poly1305::State {
  CryptoPP::XChaCha20Poly1305::Encryption encryption;
  CryptoPP::XChaCha20Poly1305::Decryption decryption;
};

XChaCha20Poly1305::XChaCha20Poly1305(Bytes key) : state_(std::make_unique<State>()) {
  set_key<decltype(state_->encryption), nonce_size>(state_->encryption, key);
  set_key<decltype(state_->decryption), nonce_size>(state_->decryption, key);
}

XChaCha20Poly1305::~XChaCha20Poly1305() = default;

void XChaCha20Poly1305::seal(Bytes nonce, Bytes associated_data, Bytes plaintext,
                             std::uint8_t* out) {
  seal_with(state_->encryption, nonce, associated_data, plaintext, out);
}

bool XChaCha20Poly1305::open(Bytes nonce, Bytes associated_data, Bytes ciphertext,
                             std::uint8_t* out) {
  return open_with(state_->decryption, nonce, associated_data, ciphertext, out);
}

}  // namespace adyton::crypto
