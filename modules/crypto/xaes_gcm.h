#pragma once

#include <array>
#include <optional>
#include <span>

#include "modules/crypto/aead_cipher.h"
#include "modules/crypto/aes_gcm.h"
#include "modules/crypto/cmac.h"

namespace adyton::crypto {

/// XAES-256-GCM (c2sp.org/XAES-256-GCM), which Tink calls X-AES-GCM: the nonce is a salt and a
/// 12-byte IV; the salt derives an AES-256-GCM key (SP 800-108 with CMAC), under which the IV is
/// used. The derived key of the last salt is kept, so that messages which share one cost no more
/// than AES-GCM.
class XAesGcm final : public AeadCipher {
 public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t iv_size = 12;
  static constexpr std::size_t longest_salt = 12;  // C2SP's; Tink also knows 8 to 11, zero-padded

  /// `key` has key_size bytes; a nonce has salt_size + iv_size.
  explicit XAesGcm(Bytes key, std::size_t salt_size = longest_salt);
  ~XAesGcm() override;

  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override;
  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override;

 private:
  using Salt = std::array<std::uint8_t, longest_salt>;
  AesGcm& derived(Bytes salt);
  void derive(const Salt& salt, std::span<std::uint8_t, 32> key);

  AesCmac cmac_;
  std::size_t salt_size_;
  Salt last_salt_{};
  std::optional<AesGcm> gcm_;  // none: no salt seen yet
};

}  // namespace adyton::crypto
