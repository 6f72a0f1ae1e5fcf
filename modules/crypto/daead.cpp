#include "modules/crypto/daead.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "modules/crypto/aes_siv.h"
#include "modules/crypto/purpose.h"
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

  std::optional<std::size_t> overhead() const {
    const std::size_t one = keys_.front().overhead();
    const bool same =
        std::ranges::all_of(keys_, [one](const auto& key) { return key.overhead() == one; });
    return same ? std::optional(one) : std::nullopt;
  }

  void seal(std::span<const Sealing> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    std::array<Sealing, group_size> group;
    for (std::size_t at = 0; at < messages.size(); at += group_size) {
      const auto part = messages.subspan(at, std::min(group_size, messages.size() - at));
      for (std::size_t i = 0; i < part.size(); ++i) {
        group[i] = part[i];
        group[i].out = sealing().prefix.write(part[i].out);
      }
      worker->cipher(sealing_).seal_many(std::span(group).first(part.size()));
    }
  }

  void open(std::span<Opening> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    for (std::size_t at = 0; at < messages.size(); at += group_size) {
      const auto group = messages.subspan(at, std::min(group_size, messages.size() - at));
      for (Opening& message : group) message.ok = false;
      open_with_keys(*worker.operator->(), OutputPrefix::tink, group);
      open_with_keys(*worker.operator->(), OutputPrefix::raw, group);
      for (Opening& message : group) {
        if (!message.ok) message.size = 0;
      }
    }
    wipe_frames_after(messages);
  }

 private:
  static constexpr std::size_t group_size = 64;

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

  /// Each key opens what may be its own and no other key has opened: at most group_size messages.
  void open_with_keys(Worker& worker, OutputPrefix prefix, std::span<Opening> messages) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const bool raw = keys_[i].prefix.size() == 0;
      if (raw == (prefix == OutputPrefix::raw)) open_with_key(worker, i, messages);
    }
  }

  void open_with_key(Worker& worker, std::size_t index, std::span<Opening> messages) {
    const DaeadKey& key = keys_[index];
    std::array<Opening*, group_size> tried;
    std::array<Opening, group_size> without_prefix;
    std::size_t count = 0;
    for (Opening& message : messages) {
      if (message.ok || !key.prefix.matches(message.ciphertext) ||
          message.ciphertext.size() < key.overhead()) {
        continue;
      }
      without_prefix[count] = message;
      without_prefix[count].ciphertext = message.ciphertext.subspan(key.prefix.size());
      tried[count++] = &message;
    }
    if (count == 0) return;
    worker.cipher(index).open_many(std::span(without_prefix).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      tried[i]->ok = without_prefix[i].ok;
      tried[i]->size = without_prefix[i].size;
    }
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
      return wrong_purpose(key, KeyPurpose::daead);
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

std::optional<std::size_t> Daead::overhead() const {
  return impl_->overhead();
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
