#include "modules/crypto/chacha_poly.h"

#include <array>

#include <cryptopp/chachapoly.h>

#include "modules/crypto/provider.h"
#include "modules/crypto/secret.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {
ChaCha20Poly1305::ChaCha20Poly1305(Bytes key) : engine_(engines().chacha20_poly1305(key)) {}

void ChaCha20Poly1305::seal(Bytes nonce, Bytes associated_data, Bytes plaintext,
                            std::uint8_t* out) {
  engine_->seal(nonce, associated_data, plaintext, out);
}

bool ChaCha20Poly1305::open(Bytes nonce, Bytes associated_data, Bytes ciphertext,
                            std::uint8_t* out) {
  return engine_->open(nonce, associated_data, ciphertext, out);
}

struct XChaCha20Poly1305::State : InSecretMemory {
  CryptoPP::XChaCha20Poly1305::Encryption encryption;
  CryptoPP::XChaCha20Poly1305::Decryption decryption;
};

XChaCha20Poly1305::XChaCha20Poly1305(Bytes key) : state_(std::make_unique<State>()) {
  // Crypto++ keys this cipher with a nonce only; each message brings its own.
  const std::array<std::uint8_t, nonce_size> unused{};
  state_->encryption.SetKeyWithIV(key.data(), key.size(), unused.data(), unused.size());
  state_->decryption.SetKeyWithIV(key.data(), key.size(), unused.data(), unused.size());
}

XChaCha20Poly1305::~XChaCha20Poly1305() = default;

void XChaCha20Poly1305::seal(Bytes nonce, Bytes associated_data, Bytes plaintext,
                             std::uint8_t* out) {
  state_->encryption.EncryptAndAuthenticate(
      out, out + plaintext.size(), tag_size, nonce.data(), static_cast<int>(nonce.size()),
      associated_data.data(), associated_data.size(), plaintext.data(), plaintext.size());
}

bool XChaCha20Poly1305::open(Bytes nonce, Bytes associated_data, Bytes ciphertext,
                             std::uint8_t* out) {
  if (ciphertext.size() < tag_size) return false;
  const std::size_t size = ciphertext.size() - tag_size;
  const bool ok = state_->decryption.DecryptAndVerify(
      out, ciphertext.data() + size, tag_size, nonce.data(), static_cast<int>(nonce.size()),
      associated_data.data(), associated_data.size(), ciphertext.data(), size);
  if (!ok) wipe(out, size);
  return ok;
}

}  // namespace adyton::crypto
