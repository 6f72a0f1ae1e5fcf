#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/digest.h"

namespace adyton::crypto {

// Keys from keys and from passwords. Parameters outside a function's limits are ErrorCode::invalid.
// `hash` is one that supports_hmac(). The caller wipes the result.

/// HKDF (RFC 5869): extract and expand. 1 to 255 digests of output.
Result<std::string> hkdf(Hash hash, Bytes key_material, Bytes salt, Bytes info, std::size_t length);

/// PBKDF2 (RFC 8018) with HMAC. At least one iteration; blocks for as long as they take.
Result<std::string> pbkdf2(Hash hash, Bytes password, Bytes salt, std::uint32_t iterations,
                           std::size_t length);

struct ScryptCost {
  std::uint64_t n;  // a power of two greater than 1
  std::uint32_t r;
  std::uint32_t p;
};

/// scrypt (RFC 7914). ErrorCode::limit if it would take more than `memory_limit` bytes
/// (128 · r · (n + p)).
Result<std::string> scrypt(Bytes password, Bytes salt, ScryptCost cost, std::size_t length,
                           std::uint64_t memory_limit);

}  // namespace adyton::crypto
