#include "modules/crypto/compare.h"

#include <cryptopp/misc.h>

namespace adyton::crypto {

bool constant_time_equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CryptoPP::VerifyBufsEqual(a.data(), b.data(), a.size());
}

}  // namespace adyton::crypto
