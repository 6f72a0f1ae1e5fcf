#pragma once

#include <stdexcept>

#include <cryptopp/sha.h>
#include <cryptopp/sha3.h>

#include "modules/crypto/digest.h"

namespace adyton::crypto {

template <class T>
struct HashTag {
  using type = T;
};

/// Calls visitor(HashTag<H>{}) with Crypto++'s class of that hash. Not for BLAKE2b, whose class
/// takes parameters.
template <class Visitor>
auto visit_hash(Hash hash, Visitor visitor) {
  switch (hash) {
    case Hash::sha224:
      return visitor(HashTag<CryptoPP::SHA224>{});
    case Hash::sha256:
      return visitor(HashTag<CryptoPP::SHA256>{});
    case Hash::sha384:
      return visitor(HashTag<CryptoPP::SHA384>{});
    case Hash::sha512:
      return visitor(HashTag<CryptoPP::SHA512>{});
    case Hash::sha3_224:
      return visitor(HashTag<CryptoPP::SHA3_224>{});
    case Hash::sha3_256:
      return visitor(HashTag<CryptoPP::SHA3_256>{});
    case Hash::sha3_384:
      return visitor(HashTag<CryptoPP::SHA3_384>{});
    case Hash::sha3_512:
      return visitor(HashTag<CryptoPP::SHA3_512>{});
    case Hash::blake2b:
      break;
  }
  throw std::logic_error("a hash without HMAC");
}

}  // namespace adyton::crypto
