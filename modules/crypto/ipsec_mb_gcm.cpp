#include <array>

#include "modules/crypto/compare.h"
#include "modules/crypto/ipsec_mb_manager.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

// The direct calls for one key size. They work on what they are given, so any number of threads may
// run them. All they share is the library's last error, which nobody reads, and which each of them
// sets where the library was linked as it is (cmake/quiet_ipsec_mb.py).
struct GcmCalls {
  aes_gcm_pre_t expand_key;
  aes_gcm_enc_dec_t encrypt;
  aes_gcm_enc_dec_t decrypt;
};

GcmCalls calls_for(std::size_t key_size) {
  const IMB_MGR& m = thread_manager();
  switch (key_size) {
    case 16:
      return {m.gcm128_pre, m.gcm128_enc, m.gcm128_dec};
    case 24:
      return {m.gcm192_pre, m.gcm192_enc, m.gcm192_dec};
    default:
      return {m.gcm256_pre, m.gcm256_enc, m.gcm256_dec};
  }
}

class IpsecMbGcm final : public GcmEngine {
 public:
  IpsecMbGcm() = default;
  ~IpsecMbGcm() override {
    wipe(&key_, sizeof key_);
    wipe(&context_, sizeof context_);
  }
  IpsecMbGcm(const IpsecMbGcm&) = delete;
  IpsecMbGcm& operator=(const IpsecMbGcm&) = delete;

  void set_key(Bytes key) override {
    if (key_size_ != key.size()) calls_ = calls_for(key.size());
    key_size_ = key.size();
    calls_.expand_key(key.data(), &key_);
  }

  void seal(const std::uint8_t* nonce, Bytes associated_data, Bytes plaintext,
            std::uint8_t* out) override {
    calls_.encrypt(&key_, &context_, out, plaintext.data(), plaintext.size(), nonce,
                   associated_data.data(), associated_data.size(), out + plaintext.size(),
                   tag_size);
  }

  // The library computes the right tag and leaves comparing it to its caller. That of a message
  // which was refused would let it pass, and goes with the plaintext.
  bool open(const std::uint8_t* nonce, Bytes associated_data, Bytes ciphertext,
            std::uint8_t* out) override {
    const std::size_t size = ciphertext.size() - tag_size;
    std::array<std::uint8_t, tag_size> tag;
    calls_.decrypt(&key_, &context_, out, ciphertext.data(), size, nonce, associated_data.data(),
                   associated_data.size(), tag.data(), tag_size);
    if (constant_time_equal(tag, ciphertext.last(tag_size))) return true;
    wipe(tag.data(), tag.size());
    wipe(out, size);
    return false;
  }

 private:
  // The library reads the expanded key with aligned loads, and only its own builds declare that.
  alignas(64) gcm_key_data key_;
  alignas(64) gcm_context_data context_;
  GcmCalls calls_{};
  std::size_t key_size_ = 0;
};

}  // namespace

std::unique_ptr<GcmEngine> make_ipsec_mb_gcm() {
  return std::make_unique<IpsecMbGcm>();
}

}  // namespace adyton::crypto
