#include "modules/crypto/ipsec_mb.h"

#include <stdexcept>

#include "modules/crypto/ipsec_mb_manager.h"

namespace adyton::crypto {
namespace {

ManagerPtr make_manager() {
  void* const memory = allocate_secret(imb_get_mb_mgr_size());
  ManagerPtr manager(imb_set_pointers_mb_mgr(memory, 0, 1));
  init_mb_mgr_auto(manager.get(), nullptr);
  return manager;
}

class IpsecMbEngines final : public Engines {
 public:
  std::unique_ptr<GcmEngine> gcm() const override { return make_ipsec_mb_gcm(); }
  std::unique_ptr<AeadCipher> chacha20_poly1305(Bytes key) const override {
    return make_ipsec_mb_chacha_poly(key);
  }
  std::unique_ptr<DigestEngine> cmac(Bytes key) const override {
    return key.size() == 24 ? cryptopp_engines().cmac(key) : make_ipsec_mb_cmac(key);
  }
  std::unique_ptr<CounterEngine> counter(Bytes key) const override {
    return make_ipsec_mb_counter(key);
  }
  std::unique_ptr<BlockEngine> blocks(Bytes key) const override {
    return make_ipsec_mb_blocks(key);
  }
  std::unique_ptr<DigestEngine> hash(Hash hash) const override {
    return has(hash) ? make_ipsec_mb_hash(hash) : cryptopp_engines().hash(hash);
  }
  std::unique_ptr<DigestEngine> hmac(Hash hash, Bytes key) const override {
    return has(hash) ? make_ipsec_mb_hmac(hash, key) : cryptopp_engines().hmac(hash, key);
  }

 private:
  static bool has(Hash hash) { return hash == Hash::sha256 || hash == Hash::sha512; }
};

/// Why the library does nothing on this machine; else empty.
std::string refusal() {
  const ManagerPtr manager = make_manager();
  constexpr std::uint64_t needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
  if ((manager->features & needed) != needed) return "this CPU has no AES instructions";
  return imb_get_errno(manager.get()) == 0 ? "" : "its self-test failed";
}

Result<const Engines*> engines() {
  static const std::string reason = refusal();
  static const IpsecMbEngines engines;
  if (!reason.empty()) return Error{ErrorCode::config, reason};
  return static_cast<const Engines*>(&engines);
}

std::string version_text(unsigned number) {
  return cat(number >> 16, '.', number >> 8 & 0xff, '.', number & 0xff);
}

}  // namespace

IMB_MGR& thread_manager() {
  thread_local const ManagerPtr manager = make_manager();
  return *manager;
}

void Jobs::finish(std::span<IMB_JOB* const> ended) {
  for (const IMB_JOB* const job : ended) add(*job);
  while (done_ != submitted_) {
    IMB_JOB* const job = IMB_FLUSH_JOB(&manager_);
    if (job == nullptr) break;
    add(*job);
  }
  if (done_ != submitted_) throw std::logic_error("IPsec-MB did not finish its jobs");
}

IpsecMb ipsec_mb() {
  return {version_text(IMB_VERSION_NUM), version_text(imb_get_version()), engines};
}

}  // namespace adyton::crypto
