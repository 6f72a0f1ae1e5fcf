#include "modules/crypto/aead.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "modules/crypto/aes_gcm.h"
#include "modules/crypto/chacha_poly.h"
#include "modules/crypto/nonce_source.h"
#include "modules/crypto/purpose.h"
#include "modules/crypto/wire.h"
#include "modules/crypto/worker_pool.h"
#include "modules/crypto/xaes_gcm.h"

namespace adyton::crypto {
namespace {

struct AeadKey {
  std::uint32_t id;
  KeyType type;
  WirePrefix prefix;
  Secret material;
  std::size_t salt_size;   // 0 where the nonce is not a salt and an IV
  std::size_t nonce_size;  // with the salt

  std::size_t overhead() const { return prefix.size() + nonce_size + AeadCipher::tag_size; }
};

std::size_t nonce_size_of(const Keyring::Key& key) {
  switch (*key.type) {
    case KeyType::x_aes_gcm:
      return key.salt_size + XAesGcm::iv_size;
    case KeyType::aes256_gcm:
    case KeyType::aes128_gcm:
      return AesGcm::nonce_size;
    case KeyType::chacha20_poly1305:
      return ChaCha20Poly1305::nonce_size;
    case KeyType::xchacha20_poly1305:
      return XChaCha20Poly1305::nonce_size;
    default:
      break;
  }
  throw std::logic_error("a key type without a nonce");
}

std::unique_ptr<AeadCipher> make_cipher(const AeadKey& key) {
  const Bytes material = key.material.bytes();
  switch (key.type) {
    case KeyType::x_aes_gcm:
      return std::make_unique<XAesGcm>(material, key.salt_size);
    case KeyType::aes256_gcm:
    case KeyType::aes128_gcm:
      return std::make_unique<AesGcm>(material);
    case KeyType::chacha20_poly1305:
      return std::make_unique<ChaCha20Poly1305>(material);
    case KeyType::xchacha20_poly1305:
      return std::make_unique<XChaCha20Poly1305>(material);
    default:
      break;
  }
  throw std::logic_error("a key type without a nonce");
}

// What a short message waits for longest is memory: that of the messages to come is fetched.
constexpr std::size_t ahead = 6;

void fetch_ahead(std::span<const Sealing> messages, std::size_t i) {
  if (i + ahead >= messages.size()) return;
  const Sealing& message = messages[i + ahead];
  __builtin_prefetch(message.plaintext.data());
  __builtin_prefetch(message.out, 1);
  __builtin_prefetch(message.out + 64, 1);
}

/// A copy of constant size: one of any size is a call, and a tenth of a short message's time.
std::uint8_t* write_nonce(Bytes nonce, std::uint8_t* out) {
  if (nonce.size() == AesGcm::nonce_size) {
    std::memcpy(out, nonce.data(), AesGcm::nonce_size);
  } else if (nonce.size() == NonceSource::longest_nonce) {
    std::memcpy(out, nonce.data(), NonceSource::longest_nonce);
  } else {
    std::memcpy(out, nonce.data(), nonce.size());
  }
  return out + nonce.size();
}

}  // namespace

class Aead::Impl {
 public:
  void add(const Keyring::Key& key, std::uint32_t primary_id) {
    if (key.id == primary_id) primary_ = keys_.size();
    keys_.push_back({key.id, *key.type, WirePrefix(key.prefix, key.id), key.material.clone(),
                     key.type == KeyType::x_aes_gcm ? key.salt_size : 0, nonce_size_of(key)});
  }

  const AeadKey& primary() const { return keys_[primary_]; }

  std::optional<std::size_t> overhead() const {
    const std::size_t one = keys_.front().overhead();
    const bool same =
        std::ranges::all_of(keys_, [one](const auto& key) { return key.overhead() == one; });
    return same ? std::optional(one) : std::nullopt;
  }

  void seal(std::span<const Sealing> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    AeadCipher& cipher = worker->cipher(primary_);
    NonceSource nonces(primary().nonce_size, messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Sealing& message = messages[i];
      fetch_ahead(messages, i);
      const Bytes nonce = nonces.next();
      std::uint8_t* out = primary().prefix.write(message.out);
      out = write_nonce(nonce, out);
      cipher.seal(nonce, message.associated_data, message.plaintext, out);
    }
  }

  void open(std::span<Opening> messages) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    for (Opening& message : messages) {
      message.ok = open_one(*worker.operator->(), OutputPrefix::tink, message) ||
                   open_one(*worker.operator->(), OutputPrefix::raw, message);
      if (!message.ok) message.size = 0;
    }
    wipe_frames_after(messages);
  }

 private:
  // One thread's ciphers, made as they are needed.
  class Worker {
   public:
    explicit Worker(const Impl& owner) : owner_(owner), ciphers_(owner.keys_.size()) {}
    AeadCipher& cipher(std::size_t index) {
      if (!ciphers_[index]) ciphers_[index] = make_cipher(owner_.keys_[index]);
      return *ciphers_[index];
    }

   private:
    const Impl& owner_;
    std::vector<std::unique_ptr<AeadCipher>> ciphers_;
  };

  bool open_one(Worker& worker, OutputPrefix prefix, Opening& message) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const AeadKey& key = keys_[i];
      const bool raw = key.prefix.size() == 0;
      if (raw != (prefix == OutputPrefix::raw) || !key.prefix.matches(message.ciphertext) ||
          message.ciphertext.size() < key.overhead()) {
        continue;
      }
      const Bytes rest = message.ciphertext.subspan(key.prefix.size());
      if (worker.cipher(i).open(rest.first(key.nonce_size), message.associated_data,
                                rest.subspan(key.nonce_size), message.out)) {
        message.size = message.ciphertext.size() - key.overhead();
        return true;
      }
    }
    return false;
  }

  std::vector<AeadKey> keys_;
  std::size_t primary_ = 0;
  WorkerPool<Worker> workers_;
};

Aead::Aead(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;
Aead::~Aead() = default;

Result<Aead> Aead::create(const Keyring& keyring) {
  auto impl = std::make_unique<Impl>();
  for (const Keyring::Key& key : keyring.material()) {
    if (key.status != KeyStatus::enabled) continue;
    if (key_purpose(*key.type) != KeyPurpose::aead) {
      return wrong_purpose(key, KeyPurpose::aead);
    }
    impl->add(key, keyring.primary_key_id());
  }
  return Aead(std::move(impl));
}

std::uint32_t Aead::primary_key_id() const {
  return impl_->primary().id;
}

std::size_t Aead::ciphertext_size(std::size_t plaintext_size) const {
  return plaintext_size + impl_->primary().overhead();
}

std::optional<std::size_t> Aead::overhead() const {
  return impl_->overhead();
}

void Aead::encrypt_many(std::span<const Sealing> messages) const {
  impl_->seal(messages);
}

void Aead::decrypt_many(std::span<Opening> messages) const {
  impl_->open(messages);
}

Result<std::string> Aead::encrypt(Bytes plaintext, Bytes associated_data) const {
  std::string out(ciphertext_size(plaintext.size()), '\0');
  const Sealing message{plaintext, associated_data, reinterpret_cast<std::uint8_t*>(out.data())};
  encrypt_many({&message, 1});
  return out;
}

Result<std::string> Aead::decrypt(Bytes ciphertext, Bytes associated_data) const {
  std::string out(ciphertext.size(), '\0');
  Opening message{ciphertext, associated_data, reinterpret_cast<std::uint8_t*>(out.data())};
  decrypt_many({&message, 1});
  if (!message.ok) return Error{ErrorCode::crypto, "decryption failed"};
  out.resize(message.size);
  return out;
}

}  // namespace adyton::crypto
