#include "modules/crypto/digest.h"

#include <array>
#include <utility>

#include <cryptopp/blake2.h>
#include <cryptopp/hmac.h>

#include "modules/crypto/hash_types.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {
namespace {

constexpr std::array<std::string_view, 9> names{"sha224",   "sha256",   "sha384",
                                                "sha512",   "sha3_224", "sha3_256",
                                                "sha3_384", "sha3_512", "blake2b"};

// Where a state lies that comes of no key.
struct InOrdinaryMemory {};

}  // namespace

std::string_view hash_name(Hash hash) {
  return names[static_cast<std::size_t>(hash)];
}

std::optional<Hash> parse_hash(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Hash>(i);
  }
  return std::nullopt;
}

std::span<const std::string_view> hash_names() {
  return names;
}

std::size_t digest_size(Hash hash) {
  if (hash == Hash::blake2b) return CryptoPP::BLAKE2b::DIGESTSIZE;
  return visit_hash(hash, [](auto tag) -> std::size_t { return decltype(tag)::type::DIGESTSIZE; });
}

std::size_t block_size(Hash hash) {
  if (hash == Hash::blake2b) return CryptoPP::BLAKE2b::BLOCKSIZE;
  return visit_hash(hash, [](auto tag) -> std::size_t { return decltype(tag)::type::BLOCKSIZE; });
}

class Digest::State {
 public:
  virtual ~State() = default;
  virtual std::unique_ptr<State> clone() const = 0;
  virtual CryptoPP::HashTransformation& hash() = 0;

  std::string_view kind;  // what stands before the hash's name
  Hash which;
  std::size_t size;
};

template <class H, class Memory>
class Digest::StateOf final : public Digest::State, public Memory {
 public:
  template <class... Arguments>
  StateOf(std::string_view kind_, Hash which_, std::size_t size_, Arguments... arguments)
      : hash_(arguments...) {
    kind = kind_;
    which = which_;
    size = size_;
  }
  std::unique_ptr<State> clone() const override { return std::make_unique<StateOf>(*this); }
  CryptoPP::HashTransformation& hash() override { return hash_; }

 private:
  H hash_;
};

Digest::Digest(std::unique_ptr<State> state) : state_(std::move(state)) {}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

Digest::Digest(Hash hash) {
  if (hash == Hash::blake2b) {
    *this = blake2b(digest_size(hash), {});
    return;
  }
  state_ = visit_hash(hash, [hash](auto tag) -> std::unique_ptr<State> {
    using H = typename decltype(tag)::type;
    return std::make_unique<StateOf<H, InOrdinaryMemory>>("", hash, H::DIGESTSIZE);
  });
}

Digest Digest::blake2b(std::size_t size, Bytes key) {
  const auto make = [&]<class Memory>(Memory) -> std::unique_ptr<State> {
    return std::make_unique<StateOf<CryptoPP::BLAKE2b, Memory>>("", Hash::blake2b, size, key.data(),
                                                                key.size(), nullptr, 0, nullptr, 0,
                                                                false, static_cast<unsigned>(size));
  };
  return Digest(key.empty() ? make(InOrdinaryMemory()) : make(InSecretMemory()));
}

Digest Digest::hmac(Hash hash, Bytes key) {
  return Digest(visit_hash(hash, [&](auto tag) -> std::unique_ptr<State> {
    using H = typename decltype(tag)::type;
    return std::make_unique<StateOf<CryptoPP::HMAC<H>, InSecretMemory>>(
        "hmac-", hash, H::DIGESTSIZE, key.data(), key.size());
  }));
}

Digest Digest::clone() const {
  return Digest(state_->clone());
}

void Digest::update(Bytes data) {
  if (!data.empty()) state_->hash().Update(data.data(), data.size());
}

std::string Digest::value() const {
  // Finishing resets the state, so a copy is finished.
  const auto copy = state_->clone();
  std::string out(state_->size, '\0');
  copy->hash().TruncatedFinal(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  return out;
}

std::string Digest::name() const {
  return cat(state_->kind, hash_name(state_->which));
}
Hash Digest::hash() const {
  return state_->which;
}
std::size_t Digest::size() const {
  return state_->size;
}

std::string digest(Hash hash, Bytes data) {
  Digest running(hash);
  running.update(data);
  return running.value();
}

bool supports_hmac(Hash hash) {
  return hash != Hash::blake2b;
}

std::string hmac(Hash hash, Bytes key, Bytes data) {
  return visit_hash(hash, [&](auto tag) {
    CryptoPP::HMAC<typename decltype(tag)::type> mac(key.data(), key.size());
    std::string out(mac.DigestSize(), '\0');
    mac.CalculateDigest(reinterpret_cast<std::uint8_t*>(out.data()), data.data(), data.size());
    return out;
  });
}

}  // namespace adyton::crypto
