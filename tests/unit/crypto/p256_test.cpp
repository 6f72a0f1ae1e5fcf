#include "modules/crypto/p256.h"

#include <doctest/doctest.h>

#include "modules/crypto/ed25519.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

namespace {

// RFC 6979, A.2.5.
const std::string rfc_scalar =
    unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
const std::string rfc_point = unhex(
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

const std::string order = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const std::string field = unhex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

std::string plus_one(std::string number) {
  for (std::size_t i = number.size(); i-- > 0;) {
    if (++number[i] != 0) break;
  }
  return number;
}

std::string minus_one(std::string number) {
  for (std::size_t i = number.size(); i-- > 0;) {
    if (number[i]-- != 0) break;
  }
  return number;
}

}  // namespace

TEST_CASE("signatures are those of RFC 6979") {
  const EcdsaSigner signer(as_bytes(rfc_scalar));
  const std::string sample = signer.sign(as_bytes("sample"));
  CHECK(hex(sample) ==
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  CHECK(hex(signer.sign(as_bytes("test"))) ==
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
        "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
  const EcdsaVerifier verifier(as_bytes(rfc_point));
  CHECK(verifier.verify(as_bytes(sample), as_bytes("sample")));
  CHECK_FALSE(verifier.verify(as_bytes(sample), as_bytes("samplf")));
  test::for_each_bit_flip(sample, [&](const std::string& changed) {
    CHECK_FALSE(verifier.verify(as_bytes(changed), as_bytes("sample")));
  });
}

TEST_CASE("a public key is the scalar's point") {
  CHECK(P256::public_key(as_bytes(rfc_scalar)) == rfc_point);
}

TEST_CASE("scalars are from 1 to the order - 1") {
  CHECK(P256::is_scalar(as_bytes(rfc_scalar)));
  CHECK(P256::is_scalar(as_bytes(minus_one(order))));
  CHECK(P256::is_scalar(as_bytes(plus_one(std::string(32, '\0')))));
  CHECK_FALSE(P256::is_scalar(as_bytes(std::string(32, '\0'))));
  CHECK_FALSE(P256::is_scalar(as_bytes(order)));
  CHECK_FALSE(P256::is_scalar(as_bytes(plus_one(order))));
  CHECK_FALSE(P256::is_scalar(as_bytes(rfc_scalar).first(31)));
}

TEST_CASE("a point that is not on the curve, or not written as one is, is none") {
  CHECK(P256::is_point(as_bytes(rfc_point)));
  CHECK_FALSE(P256::is_point(as_bytes(rfc_point).first(63)));
  CHECK_FALSE(P256::is_point({}));
  CHECK_FALSE(P256::is_point(as_bytes(std::string(64, '\0'))));
  CHECK_FALSE(P256::is_point(as_bytes(field + field)));
  test::for_each_bit_flip(rfc_point, [&](const std::string& changed) {
    CHECK_FALSE(P256::is_point(as_bytes(changed)));
  });
}

TEST_CASE("r and s that are zero or not below the order are no signature") {
  const EcdsaVerifier verifier(as_bytes(rfc_point));
  const std::string good = EcdsaSigner(as_bytes(rfc_scalar)).sign(as_bytes("m"));
  for (const std::string& number : {std::string(32, '\0'), order, plus_one(order)}) {
    CHECK_FALSE(verifier.verify(as_bytes(number + good.substr(32)), as_bytes("m")));
    CHECK_FALSE(verifier.verify(as_bytes(good.substr(0, 32) + number), as_bytes("m")));
    CHECK_FALSE(verifier.verify(as_bytes(number + number), as_bytes("m")));
  }
  CHECK_FALSE(verifier.verify(as_bytes(good + "x"), as_bytes("m")));
  CHECK_FALSE(verifier.verify({}, as_bytes("m")));
}

TEST_CASE("a signature has one DER, and no other bytes are read as one") {
  for (const std::string_view numbers :
       {"01", "7f", "80", "ff", "0080", "00", "ffffffff00000000ffffffff"}) {
    std::string r = unhex(numbers);
    r = std::string(32 - r.size(), '\0') + r;
    if (r == std::string(32, '\0')) continue;
    const std::string signature = rfc_scalar + r;
    const std::string der = signature_to_der(as_bytes(signature));
    CHECK(signature_from_der(as_bytes(der)) == signature);
    for (std::size_t size = 0; size < der.size(); ++size) {
      CHECK(signature_from_der(as_bytes(der).first(size)).empty());
    }
    CHECK(signature_from_der(as_bytes(der + '\0')).empty());
  }
  for (const std::string_view wrong :
       {"3007020200010201"
        "01",
        "30060201"
        "80020101",
        "3006020100020101", "300602010102017f00", "30060203010101", "308106020101020101",
        "3106020101020101", "3006030101020101", "3003020101",
        "300902010102010102"
        "0101",
        "3080020101020101"
        "0000"}) {
    CAPTURE(wrong);
    CHECK(signature_from_der(as_bytes(unhex(wrong))).empty());
  }
  CHECK(hex(signature_from_der(as_bytes(unhex("3006020101020102")))) ==
        std::string(62, '0') + "01" + std::string(62, '0') + "02");
}

TEST_CASE("Ed25519: RFC 8032's second test, and no second signature of a message") {
  const std::string secret =
      unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const std::string point = Ed25519::public_key(as_bytes(secret));
  CHECK(hex(point) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = Ed25519::sign(as_bytes(secret), as_bytes(point), as_bytes("r"));
  CHECK(hex(signature) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  CHECK(Ed25519::verify(as_bytes(point), as_bytes(signature), as_bytes("r")));
  test::for_each_bit_flip(signature, [&](const std::string& changed) {
    CHECK_FALSE(Ed25519::verify(as_bytes(point), as_bytes(changed), as_bytes("r")));
  });
  // The scalar plus the group's order: the same equation, another signature.
  const std::string group =
      unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  std::string other = signature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<std::uint8_t>(other[32 + i]) + static_cast<std::uint8_t>(group[i]);
    other[32 + i] = static_cast<char>(carry);
    carry >>= 8;
  }
  CHECK_FALSE(Ed25519::verify(as_bytes(point), as_bytes(other), as_bytes("r")));
  CHECK_FALSE(Ed25519::verify(as_bytes(point), as_bytes(signature).first(63), as_bytes("r")));
  CHECK_FALSE(Ed25519::verify(as_bytes(point), {}, as_bytes("r")));
}
