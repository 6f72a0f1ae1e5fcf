#include "modules/crypto/age/x25519.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;
using crypto::test::hex;
using crypto::test::unhex;

TEST_CASE("RFC 7748: the scalar multiplications, with bits that are masked") {
  const auto shared = [](std::string_view secret, std::string_view point) {
    return hex(x25519_shared(as_bytes(unhex(secret)), as_bytes(unhex(point)))->bytes());
  };
  CHECK(shared("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
               "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c") ==
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  CHECK(shared("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
               "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493") ==
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST_CASE("RFC 7748: a key exchange") {
  const std::string alice =
      unhex("77076d0a7318a57d3c16c17251b26645d4a31a1e8f6c2f7d1a8d3e0f1d1b0a2a");
  const std::string bob = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  CHECK(hex(x25519_public(as_bytes(bob))) ==
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const Point a = x25519_public(as_bytes(alice));
  const Point b = x25519_public(as_bytes(bob));
  CHECK(hex(x25519_shared(as_bytes(alice), b)->bytes()) ==
        hex(x25519_shared(as_bytes(bob), a)->bytes()));
}

TEST_CASE("points of low order are refused, reduced or not") {
  const std::string secret(32, 'k');
  for (const char* const point :
       {"0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    CAPTURE(point);
    CHECK_FALSE(x25519_shared(as_bytes(secret), as_bytes(unhex(point))).has_value());
  }
}
