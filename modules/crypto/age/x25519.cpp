#include "modules/crypto/age/x25519.h"

#include <cryptopp/rng.h>
#include <cryptopp/xed25519.h>

#include "modules/crypto/compare.h"

namespace adyton::crypto::age {

Point x25519_public(Bytes secret) {
  Point point{};
  CryptoPP::x25519().GeneratePublicKey(CryptoPP::NullRNG(), secret.data(), point.data());
  return point;
}

std::optional<Secret> x25519_shared(Bytes secret, Bytes point) {
  Secret shared(x25519_size);
  // Its own list of points of low order lacks those that are not reduced: the product tells.
  if (!CryptoPP::x25519().Agree(shared.data(), secret.data(), point.data(), false)) {
    return std::nullopt;
  }
  const Point zero{};
  if (constant_time_equal(shared.bytes(), zero)) return std::nullopt;
  return shared;
}

}  // namespace adyton::crypto::age
