#include "modules/crypto/mac.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "modules/crypto/compare.h"
#include "modules/crypto/provider.h"
#include "modules/crypto/purpose.h"
#include "modules/crypto/wire.h"
#include "modules/crypto/worker_pool.h"

namespace adyton::crypto {
namespace {

struct MacKey {
  std::uint32_t id;
  KeyType type;
  WirePrefix prefix;
  Secret material;

  std::size_t tag_size() const { return material.size(); }  // as Tink's two templates have it
  std::size_t size() const { return prefix.size() + tag_size(); }
};

std::unique_ptr<DigestEngine> make_hmac(const MacKey& key) {
  const Hash hash = key.type == KeyType::hmac_sha256 ? Hash::sha256 : Hash::sha512;
  return engines().hmac(hash, key.material.bytes());
}

}  // namespace

class Mac::Impl {
 public:
  void add(const Keyring::Key& key, std::uint32_t computing_id) {
    if (key.id == computing_id) computing_ = keys_.size();
    keys_.push_back({key.id, *key.type, WirePrefix(key.prefix, key.id), key.material.clone()});
  }

  const MacKey& computing() const { return keys_[computing_]; }

  void compute(Bytes head, std::span<const Tagging> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    std::array<Tagging, group_size> group;
    for (std::size_t at = 0; at < messages.size(); at += group_size) {
      const auto part = messages.subspan(at, std::min(group_size, messages.size() - at));
      for (std::size_t i = 0; i < part.size(); ++i) {
        group[i] = {part[i].message, computing().prefix.write(part[i].out)};
      }
      worker->hmac(computing_).digest_many(head, std::span(group).first(part.size()));
    }
  }

  bool verify(Bytes code, Bytes message) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    bool right = false;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const MacKey& key = keys_[i];
      if (code.size() != key.size() || !key.prefix.matches(code)) continue;
      std::vector<std::uint8_t> tag(key.tag_size());
      const Tagging tagging{message, tag.data()};
      worker->hmac(i).digest_many({}, {&tagging, 1});
      right |= constant_time_equal(tag, code.subspan(key.prefix.size()));
    }
    return right;
  }

 private:
  static constexpr std::size_t group_size = 128;

  // One thread's keyed functions, made as they are needed.
  class Worker {
   public:
    explicit Worker(const Impl& owner) : owner_(owner), hmacs_(owner.keys_.size()) {}
    DigestEngine& hmac(std::size_t index) {
      if (!hmacs_[index]) hmacs_[index] = make_hmac(owner_.keys_[index]);
      return *hmacs_[index];
    }

   private:
    const Impl& owner_;
    std::vector<std::unique_ptr<DigestEngine>> hmacs_;
  };

  std::vector<MacKey> keys_;
  std::size_t computing_ = 0;
  WorkerPool<Worker> workers_;
};

Mac::Mac(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Mac::Mac(Mac&&) noexcept = default;
Mac& Mac::operator=(Mac&&) noexcept = default;
Mac::~Mac() = default;

Result<Mac> Mac::create(const Keyring& keyring) {
  return create(keyring, keyring.primary_key_id());
}

Result<Mac> Mac::create(const Keyring& keyring, std::uint32_t key_id) {
  auto impl = std::make_unique<Impl>();
  bool found = false;
  for (const Keyring::Key& key : keyring.material()) {
    if (key.status != KeyStatus::enabled) continue;
    if (key_purpose(*key.type) != KeyPurpose::mac) {
      return wrong_purpose(key, KeyPurpose::mac);
    }
    impl->add(key, key_id);
    found = found || key.id == key_id;
  }
  if (!found) {
    return Error{ErrorCode::config, cat("the keyring has no enabled key ", key_id)};
  }
  return Mac(std::move(impl));
}

std::uint32_t Mac::key_id() const {
  return impl_->computing().id;
}

KeyType Mac::key_type() const {
  return impl_->computing().type;
}

std::size_t Mac::size() const {
  return impl_->computing().size();
}

void Mac::compute_many(Bytes head, std::span<const Tagging> messages) const {
  impl_->compute(head, messages);
}

std::string Mac::compute(Bytes message) const {
  std::string out(size(), '\0');
  const Tagging tagging{message, reinterpret_cast<std::uint8_t*>(out.data())};
  compute_many({}, {&tagging, 1});
  return out;
}

bool Mac::verify(Bytes code, Bytes message) const {
  return impl_->verify(code, message);
}

}  // namespace adyton::crypto
