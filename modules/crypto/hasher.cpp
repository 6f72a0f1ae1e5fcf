#include "modules/crypto/hasher.h"

#include <cryptopp/blake2.h>

#include "modules/crypto/hash_types.h"

namespace adyton::crypto {
namespace {

std::unique_ptr<CryptoPP::HashTransformation> make_function(Hash hash) {
  if (hash == Hash::blake2b) return std::make_unique<CryptoPP::BLAKE2b>();
  return visit_hash(hash, [](auto tag) -> std::unique_ptr<CryptoPP::HashTransformation> {
    return std::make_unique<typename decltype(tag)::type>();
  });
}

}  // namespace

struct Hasher::State {
  std::unique_ptr<CryptoPP::HashTransformation> function;
};

Hasher::Hasher(Hash hash) : state_(std::make_unique<State>()) {
  state_->function = make_function(hash);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::hash(Bytes message, std::uint8_t* out) {
  // Final() makes it ready for the next message.
  state_->function->Update(message.data(), message.size());
  state_->function->Final(out);
}

}  // namespace adyton::crypto
