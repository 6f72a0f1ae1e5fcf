#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "host/base/text.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto::age {

// X25519 (RFC 7748). Secrets and points are 32 bytes: the caller's to check.
inline constexpr std::size_t x25519_size = 32;
using Point = std::array<std::uint8_t, x25519_size>;

Point x25519_public(Bytes secret);

/// What both sides of an exchange come to. nullopt if `point` is of low order, which gives zero
/// whatever the secret is.
std::optional<Secret> x25519_shared(Bytes secret, Bytes point);

}  // namespace adyton::crypto::age
