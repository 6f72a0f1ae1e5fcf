#include "modules/crypto/ipsec_mb.h"

#include <array>
#include <span>

#include <intel-ipsec-mb.h>

#include "modules/crypto/compare.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

// The direct calls for one key size. They work on what they are given, so any number of threads may
// run them; all they share is the library's last error, which each of them sets and nobody reads.
struct GcmCalls {
  aes_gcm_pre_t expand_key;
  aes_gcm_enc_dec_t encrypt;
  aes_gcm_enc_dec_t decrypt;
};

struct GcmLibrary {
  std::array<GcmCalls, 3> calls{};  // for keys of 16, 24 and 32 bytes
  std::string refusal;              // why there are none; else empty

  const GcmCalls& for_key(std::size_t size) const { return calls[size / 8 - 2]; }
};

struct FreeManager {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};

// The manager is where the library says which code suits this processor. The calls do not use it,
// so it goes again at once.
GcmLibrary load_library() {
  const std::unique_ptr<IMB_MGR, FreeManager> manager(alloc_mb_mgr(0));
  if (!manager) return {{}, "out of memory"};
  init_mb_mgr_auto(manager.get(), nullptr);
  constexpr std::uint64_t needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
  if ((manager->features & needed) != needed) return {{}, "this CPU has no AES instructions"};
  if (imb_get_errno(manager.get()) != 0) return {{}, "its self-test failed"};
  const IMB_MGR& m = *manager;
  return {{{{m.gcm128_pre, m.gcm128_enc, m.gcm128_dec},
            {m.gcm192_pre, m.gcm192_enc, m.gcm192_dec},
            {m.gcm256_pre, m.gcm256_enc, m.gcm256_dec}}},
          ""};
}

// Constant from the first call on, which may come from any thread.
const GcmLibrary& library() {
  static const GcmLibrary loaded = load_library();
  return loaded;
}

class IpsecMbGcm final : public GcmEngine {
 public:
  explicit IpsecMbGcm(const GcmLibrary& from) : library_(from) {}
  ~IpsecMbGcm() override {
    wipe(&key_, sizeof key_);
    wipe(&context_, sizeof context_);
  }
  IpsecMbGcm(const IpsecMbGcm&) = delete;
  IpsecMbGcm& operator=(const IpsecMbGcm&) = delete;

  void set_key(Bytes key) override {
    calls_ = library_.for_key(key.size());
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
  const GcmLibrary& library_;
};

Result<std::unique_ptr<GcmEngine>> make_gcm() {
  const GcmLibrary& loaded = library();
  if (!loaded.refusal.empty()) return Error{ErrorCode::config, loaded.refusal};
  return std::unique_ptr<GcmEngine>(std::make_unique<IpsecMbGcm>(loaded));
}

std::string version_text(unsigned number) {
  return cat(number >> 16, '.', number >> 8 & 0xff, '.', number & 0xff);
}

}  // namespace

IpsecMb ipsec_mb() {
  return {version_text(IMB_VERSION_NUM), version_text(imb_get_version()), make_gcm};
}

}  // namespace adyton::crypto
