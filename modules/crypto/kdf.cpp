#include "modules/crypto/kdf.h"

#include <bit>

#include <cryptopp/hkdf.h>
#include <cryptopp/pwdbased.h>
#include <cryptopp/scrypt.h>

#include "modules/crypto/hash_types.h"

namespace adyton::crypto {
namespace {

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

Error unsupported(Hash hash) {
  return {ErrorCode::invalid,
          cat("there is no HMAC with ", hash_name(hash), "; use SHA-2 or SHA-3")};
}

}  // namespace

Result<std::string> hkdf(Hash hash, Bytes key_material, Bytes salt, Bytes info,
                         std::size_t length) {
  if (!supports_hmac(hash)) return unsupported(hash);
  const std::size_t most = 255 * digest_size(hash);
  if (length == 0 || length > most) {
    return Error{ErrorCode::invalid,
                 cat("HKDF with ", hash_name(hash), " gives 1 to ", most, " bytes, not ", length)};
  }
  std::string out(length, '\0');
  visit_hash(hash, [&](auto tag) {
    CryptoPP::HKDF<typename decltype(tag)::type>().DeriveKey(
        bytes_of(out), out.size(), key_material.data(), key_material.size(), salt.data(),
        salt.size(), info.data(), info.size());
  });
  return out;
}

Result<std::string> pbkdf2(Hash hash, Bytes password, Bytes salt, std::uint32_t iterations,
                           std::size_t length) {
  if (!supports_hmac(hash)) return unsupported(hash);
  if (iterations == 0) return Error{ErrorCode::invalid, "PBKDF2 needs at least 1 iteration"};
  const std::uint64_t most = 0xffffffffULL * digest_size(hash);
  if (length == 0 || length > most) {
    return Error{ErrorCode::invalid, cat("PBKDF2 gives 1 to ", most, " bytes, not ", length)};
  }
  std::string out(length, '\0');
  visit_hash(hash, [&](auto tag) {
    CryptoPP::PKCS5_PBKDF2_HMAC<typename decltype(tag)::type>().DeriveKey(
        bytes_of(out), out.size(), 0, password.data(), password.size(), salt.data(), salt.size(),
        iterations);
  });
  return out;
}

Result<std::string> scrypt(Bytes password, Bytes salt, ScryptCost cost, std::size_t length,
                           std::uint64_t memory_limit) {
  if (!std::has_single_bit(cost.n) || cost.n < 2) {
    return Error{ErrorCode::invalid,
                 cat("scrypt's n is a power of 2 greater than 1, not ", cost.n)};
  }
  if (cost.r == 0 || cost.p == 0 || std::uint64_t{cost.r} * cost.p >= 1U << 30) {
    return Error{ErrorCode::invalid, "scrypt's r and p are at least 1, and r * p below 2^30"};
  }
  if (length == 0) return Error{ErrorCode::invalid, "scrypt gives at least 1 byte"};
  const std::uint64_t per_unit = 128ULL * cost.r;
  if (cost.n > (~0ULL - cost.p) || cost.n + cost.p > memory_limit / per_unit) {
    return Error{ErrorCode::limit,
                 cat("scrypt with these n, r and p needs more than ", human_size(memory_limit),
                     "; raise maxmem, or lower n or r")};
  }
  std::string out(length, '\0');
  CryptoPP::Scrypt().DeriveKey(bytes_of(out), out.size(), password.data(), password.size(),
                               salt.data(), salt.size(), cost.n, cost.r, cost.p);
  return out;
}

}  // namespace adyton::crypto
