#pragma once

#include <array>
#include <memory>

#include "modules/crypto/aead_cipher.h"
#include "modules/crypto/gcm_engine.h"

namespace adyton::crypto {

class GcmOddNonce;

/// AES-GCM (NIST SP 800-38D) with a 16-byte tag, by the process's provider (provider.h). The nonce
/// has at least 1 byte; 12 are what everybody uses. A message is shorter than 2^36 - 32 bytes.
class AesGcm final : public AeadCipher {
 public:
  static constexpr std::size_t nonce_size = GcmEngine::nonce_size;

  /// `key` has 16, 24 or 32 bytes.
  explicit AesGcm(Bytes key);
  ~AesGcm() override;
  AesGcm(const AesGcm&) = delete;
  AesGcm& operator=(const AesGcm&) = delete;

  /// The next messages are under this key: what makes deriving a key per salt cheap.
  void set_key(Bytes key);

  // In the header for XAesGcm, which hands every message on: a call more costs a tenth of a short
  // one.
  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override {
    if (nonce.size() == nonce_size) {
      engine_->seal(nonce.data(), associated_data, plaintext, out);
    } else {
      seal_odd(nonce, associated_data, plaintext, out);
    }
  }
  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override {
    if (ciphertext.size() < tag_size) return false;
    if (nonce.size() != nonce_size) return open_odd(nonce, associated_data, ciphertext, out);
    return engine_->open(nonce.data(), associated_data, ciphertext, out);
  }

 private:
  void seal_odd(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out);
  bool open_odd(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out);
  GcmOddNonce& for_odd_nonce();

  std::array<std::uint8_t, 32> key_;
  std::size_t key_size_ = 0;
  std::unique_ptr<GcmEngine> engine_;
  std::unique_ptr<GcmOddNonce> odd_nonce_;  // none: no such nonce seen under this key
};

}  // namespace adyton::crypto
