#include "modules/crypto/daead.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "modules/crypto/aes_siv.h"
#include "modules/crypto/wire.h"
#include "modules/crypto/worker_pool.h"

namespace adyton::crypto {
namespace {

struct DaeadKey {
  std::uint32_t id;
  WirePrefix prefix;
  Secret material;

  std::size_t overhead() const { return prefix.size() + AesSiv::siv_size; }
};

}  // namespace

class Daead::Impl {
 public:
  void add(const Keyring::Key& key, std::uint32_t sealing_id) {
    if (key.id == sealing_id) sealing_ = keys_.size();
    keys_.push_back({key.id, WirePrefix(key.prefix, key.id), key.material.clone()});
  }

  const DaeadKey& sealing() const { return keys_[sealing_]; }

  void seal(std::span<const Sealing> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    AesSiv& cipher = worker->cipher(sealing_);
    for (const Sealing& message : messages) {
      cipher.seal({&message.associated_data, 1}, message.plaintext,
                  sealing().prefix.write(message.out));
    }
  }

  void open(std::span<Opening> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    for (Opening& message : messages) {
      message.ok = open_one(*worker.operator->(), OutputPrefix::tink, message) ||
                   open_one(*worker.operator->(), OutputPrefix::raw, message);
      if (!message.ok) message.size = 0;
    }
  }

 private:
  // One thread's ciphers, made as they are needed.
  class Worker {
   public:
    explicit Worker(const Impl& owner) : owner_(owner), ciphers_(owner.keys_.size()) {}
    AesSiv& cipher(std::size_t index) {
      if (!ciphers_[index]) {
        ciphers_[index] = std::make_unique<AesSiv>(owner_.keys_[index].material.bytes());
      }
      return *ciphers_[index];
    }

   private:
    const Impl& owner_;
    std::vector<std::unique_ptr<AesSiv>> ciphers_;
  };

  bool open_one(Worker& worker, OutputPrefix prefix, Opening& message) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const DaeadKey& key = keys_[i];
      const bool raw = key.prefix.size() == 0;
      if (raw != (prefix == OutputPrefix::raw) || !key.prefix.matches(message.ciphertext) ||
          message.ciphertext.size() < key.overhead()) {
        continue;
      }
      if (worker.cipher(i).open({&message.associated_data, 1},
                                message.ciphertext.subspan(key.prefix.size()), message.out)) {
        message.size = message.ciphertext.size() - key.overhead();
        return true;
      }
    }
    return false;
  }

  std::vector<DaeadKey> keys_;
  std::size_t sealing_ = 0;
  WorkerPool<Worker> workers_;
};

Daead::Daead(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daead::Daead(Daead&&) noexcept = default;
Daead& Daead::operator=(Daead&&) noexcept = default;
Daead::~Daead() = default;

Result<Daead> Daead::create(const Keyring& keyring) {
  return create(keyring, keyring.primary_key_id());
}

Result<Daead> Daead::create(const Keyring& keyring, std::uint32_t sealing_key_id) {
  auto impl = std::make_unique<Impl>();
  bool found = false;
  for (const Keyring::Key& key : keyring.material()) {
    if (key.status != KeyStatus::enabled) continue;
    if (key_purpose(*key.type) != KeyPurpose::daead) {
      return Error{ErrorCode::config,
                   cat("key ", key.id, " is ", key_type_name(*key.type),
                       ", not a deterministic key, which a Daead needs; use an Aead, or make a "
                       "keyring of type aes256-siv")};
    }
    impl->add(key, sealing_key_id);
    found = found || key.id == sealing_key_id;
  }
  if (!found) {
    return Error{ErrorCode::config, cat("the keyring has no enabled key ", sealing_key_id)};
  }
  return Daead(std::move(impl));
}

std::uint32_t Daead::primary_key_id() const {
  return impl_->sealing().id;
}

std::size_t Daead::ciphertext_size(std::size_t plaintext_size) const {
  return plaintext_size + impl_->sealing().overhead();
}

void Daead::encrypt_many(std::span<const Sealing> messages) const {
  impl_->seal(messages);
}

void Daead::decrypt_many(std::span<Opening> messages) const {
  impl_->open(messages);
}

Result<std::string> Daead::encrypt_deterministically(Bytes plaintext, Bytes associated_data) const {
  std::string out(ciphertext_size(plaintext.size()), '\0');
  const Sealing message{plaintext, associated_data, reinterpret_cast<std::uint8_t*>(out.data())};
  encrypt_many({&message, 1});
  return out;
}

Result<std::string> Daead::decrypt_deterministically(Bytes ciphertext,
                                                     Bytes associated_data) const {
  std::string out(ciphertext.size(), '\0');
  Opening message{ciphertext, associated_data, reinterpret_cast<std::uint8_t*>(out.data())};
  decrypt_many({&message, 1});
  if (!message.ok) return Error{ErrorCode::crypto, "decryption failed"};
  out.resize(message.size);
  return out;
}

}  // namespace adyton::crypto
