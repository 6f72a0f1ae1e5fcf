#include "modules/crypto/mac.h"

#include <utility>
#include <vector>

#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

#include "modules/crypto/compare.h"
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

std::unique_ptr<CryptoPP::MessageAuthenticationCode> make_hmac(const MacKey& key) {
  const Bytes bytes = key.material.bytes();
  if (key.type == KeyType::hmac_sha256) {
    return std::make_unique<CryptoPP::HMAC<CryptoPP::SHA256>>(bytes.data(), bytes.size());
  }
  return std::make_unique<CryptoPP::HMAC<CryptoPP::SHA512>>(bytes.data(), bytes.size());
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
    CryptoPP::MessageAuthenticationCode& hmac = worker->hmac(computing_);
    for (const Tagging& message : messages) {
      update(hmac, head);
      update(hmac, message.message);
      hmac.Final(computing().prefix.write(message.out));
    }
  }

  bool verify(Bytes code, Bytes message) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    bool right = false;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const MacKey& key = keys_[i];
      if (code.size() != key.size() || !key.prefix.matches(code)) continue;
      std::vector<std::uint8_t> tag(key.tag_size());
      update(worker->hmac(i), message);
      worker->hmac(i).Final(tag.data());
      right |= constant_time_equal(tag, code.subspan(key.prefix.size()));
    }
    return right;
  }

 private:
  // One thread's keyed functions, made as they are needed.
  class Worker {
   public:
    explicit Worker(const Impl& owner) : owner_(owner), hmacs_(owner.keys_.size()) {}
    CryptoPP::MessageAuthenticationCode& hmac(std::size_t index) {
      if (!hmacs_[index]) hmacs_[index] = make_hmac(owner_.keys_[index]);
      return *hmacs_[index];
    }

   private:
    const Impl& owner_;
    std::vector<std::unique_ptr<CryptoPP::MessageAuthenticationCode>> hmacs_;
  };

  static void update(CryptoPP::MessageAuthenticationCode& hmac, Bytes data) {
    if (!data.empty()) hmac.Update(data.data(), data.size());
  }

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
      return Error{ErrorCode::config,
                   cat("key ", key.id, " is ", key_type_name(*key.type),
                       ", not a key for authentication codes, which a Mac needs; make a keyring of "
                       "type hmac-sha256")};
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
