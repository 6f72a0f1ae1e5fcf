#include "modules/crypto/compare.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

TEST_CASE("bytes are equal only if every bit and the length are") {
  const std::string a = "sixteen bytes ok";
  CHECK(constant_time_equal(as_bytes(a), as_bytes(std::string(a))));
  CHECK(constant_time_equal({}, {}));
  CHECK_FALSE(constant_time_equal(as_bytes(a), as_bytes(a).first(15)));
  CHECK_FALSE(constant_time_equal(as_bytes(a), {}));
  test::for_each_bit_flip(
      a, [&](const std::string& b) { CHECK_FALSE(constant_time_equal(as_bytes(a), as_bytes(b))); });
}
