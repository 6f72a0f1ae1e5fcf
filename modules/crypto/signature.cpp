#include "modules/crypto/signature.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "modules/crypto/ed25519.h"
#include "modules/crypto/p256.h"
#include "modules/crypto/purpose.h"
#include "modules/crypto/wire.h"
#include "modules/crypto/worker_pool.h"

namespace adyton::crypto {

class Signer::Impl {
 public:
  explicit Impl(const Keyring::Key& key)
      : id_(key.id),
        type_(*key.type),
        prefix_(key.prefix, key.id),
        material_(key.material.clone()),
        public_key_(key.public_key) {}

  std::uint32_t id() const { return id_; }

  std::string sign(Bytes message) {
    const std::string signature = signature_of(message);
    std::string out(prefix_.size(), '\0');
    prefix_.write(reinterpret_cast<std::uint8_t*>(out.data()));
    return out + signature;
  }

 private:
  std::string signature_of(Bytes message) {
    if (type_ == KeyType::ed25519) {
      return Ed25519::sign(material_.bytes(), as_bytes(public_key_), message);
    }
    const auto signer =
        signers_.lease([this] { return std::make_unique<EcdsaSigner>(material_.bytes()); });
    const std::string signature = signer->sign(message);
    return type_ == KeyType::ecdsa_p256 ? signature_to_der(as_bytes(signature)) : signature;
  }

  std::uint32_t id_;
  KeyType type_;
  WirePrefix prefix_;
  Secret material_;
  std::string public_key_;
  WorkerPool<EcdsaSigner> signers_;
};

Signer::Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

Result<Signer> Signer::create(const Keyring& keyring) {
  ADYTON_CHECK(check_purpose(keyring, KeyPurpose::signature));
  const auto keys = keyring.material();
  const auto& primary = *std::ranges::find(keys, keyring.primary_key_id(), &Keyring::Key::id);
  if (primary.part == KeyPart::private_key) return Signer(std::make_unique<Impl>(primary));
  return Error{ErrorCode::config, cat("key ", primary.id,
                                      " is a public key, which verifies only; to sign takes the "
                                      "keyring that it was exported from")};
}

std::uint32_t Signer::key_id() const {
  return impl_->id();
}

std::string Signer::sign(Bytes message) const {
  return impl_->sign(message);
}

class Verifier::Impl {
 public:
  explicit Impl(const Keyring& keyring) : primary_(keyring.primary_key_id()) {
    for (const Keyring::Key& key : keyring.material()) {
      if (key.status != KeyStatus::enabled) continue;
      keys_.push_back({*key.type, WirePrefix(key.prefix, key.id), key.public_key});
    }
  }

  std::uint32_t primary() const { return primary_; }

  bool verify(Bytes signature, Bytes message) {
    const auto worker = workers_.lease([this] { return std::make_unique<Worker>(*this); });
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const WirePrefix& prefix = keys_[i].prefix;
      if (prefix.matches(signature) &&
          worker->verify(i, signature.subspan(prefix.size()), message)) {
        return true;
      }
    }
    return false;
  }

 private:
  struct Key {
    KeyType type;
    WirePrefix prefix;
    std::string public_key;
  };

  // One thread's verifiers, made as they are needed.
  class Worker {
   public:
    explicit Worker(const Impl& owner) : owner_(owner), verifiers_(owner.keys_.size()) {}

    bool verify(std::size_t index, Bytes signature, Bytes message) {
      const Key& key = owner_.keys_[index];
      const Bytes public_key = as_bytes(key.public_key);
      if (key.type == KeyType::ed25519) return Ed25519::verify(public_key, signature, message);
      auto& verifier = verifiers_[index];
      if (!verifier) verifier = std::make_unique<EcdsaVerifier>(public_key);
      if (key.type == KeyType::ecdsa_p256_ieee_p1363) return verifier->verify(signature, message);
      const std::string numbers = signature_from_der(signature);
      return verifier->verify(as_bytes(numbers), message);
    }

   private:
    const Impl& owner_;
    std::vector<std::unique_ptr<EcdsaVerifier>> verifiers_;
  };

  std::uint32_t primary_;
  std::vector<Key> keys_;
  WorkerPool<Worker> workers_;
};

Verifier::Verifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

Result<Verifier> Verifier::create(const Keyring& keyring) {
  ADYTON_CHECK(check_purpose(keyring, KeyPurpose::signature));
  return Verifier(std::make_unique<Impl>(keyring));
}

std::uint32_t Verifier::primary_key_id() const {
  return impl_->primary();
}

bool Verifier::verify(Bytes signature, Bytes message) const {
  return impl_->verify(signature, message);
}

}  // namespace adyton::crypto
