#include "modules/crypto/hasher.h"

#include "modules/crypto/provider.h"

namespace adyton::crypto {

Hasher::Hasher(Hash hash) : engine_(engines().hash(hash)) {}

void Hasher::hash(Bytes message, std::uint8_t* out) {
  const Tagging tagging{message, out};
  engine_->digest_many({}, {&tagging, 1});
}

void Hasher::hash_many(std::span<const Tagging> messages) {
  engine_->digest_many({}, messages);
}

}  // namespace adyton::crypto
