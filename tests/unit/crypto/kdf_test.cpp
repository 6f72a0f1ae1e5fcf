#include "modules/crypto/kdf.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

}  // namespace

// RFC 5869, appendix A.1 and A.3.
TEST_CASE("HKDF gives the RFC's keys") {
  const std::string ikm = unhex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
  const std::string salt = unhex("000102030405060708090a0b0c");
  const std::string info = unhex("f0f1f2f3f4f5f6f7f8f9");
  CHECK(hex(*hkdf(Hash::sha256, as_bytes(ikm), as_bytes(salt), as_bytes(info), 42)) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  CHECK(hex(*hkdf(Hash::sha256, as_bytes(ikm), {}, {}, 42)) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("HKDF gives up to 255 digests and refuses more") {
  CHECK(hkdf(Hash::sha256, as_bytes("k"), {}, {}, 255 * 32)->size() == 255 * 32);
  CHECK(hkdf(Hash::sha256, as_bytes("k"), {}, {}, 255 * 32 + 1).error().code == ErrorCode::invalid);
  CHECK_FALSE(hkdf(Hash::sha256, as_bytes("k"), {}, {}, 0).ok());
}

// RFC 7914, section 11.
TEST_CASE("PBKDF2 gives the RFC's keys") {
  CHECK(hex(*pbkdf2(Hash::sha256, as_bytes("passwd"), as_bytes("salt"), 1, 64)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  CHECK(hex(*pbkdf2(Hash::sha256, as_bytes("Password"), as_bytes("NaCl"), 80000, 64)) ==
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}

TEST_CASE("PBKDF2 without iterations or output is refused") {
  CHECK_FALSE(pbkdf2(Hash::sha256, as_bytes("p"), as_bytes("s"), 0, 32).ok());
  CHECK_FALSE(pbkdf2(Hash::sha256, as_bytes("p"), as_bytes("s"), 1, 0).ok());
}

// RFC 7914, section 12.
TEST_CASE("scrypt gives the RFC's keys") {
  CHECK(hex(*scrypt({}, {}, {16, 1, 1}, 64, mebibyte)) ==
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  CHECK(hex(*scrypt(as_bytes("password"), as_bytes("NaCl"), {1024, 8, 16}, 64, 2 * mebibyte)) ==
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

TEST_CASE("scrypt refuses parameters outside the RFC and more memory than allowed") {
  for (const ScryptCost cost :
       {ScryptCost{0, 1, 1}, ScryptCost{1, 1, 1}, ScryptCost{15, 1, 1}, ScryptCost{16, 0, 1},
        ScryptCost{16, 1, 0}, ScryptCost{16, 1U << 15, 1U << 15}}) {
    CHECK(scrypt({}, {}, cost, 64, ~0ULL).error().code == ErrorCode::invalid);
  }
  CHECK_FALSE(scrypt({}, {}, {16, 1, 1}, 0, mebibyte).ok());
  CHECK(scrypt({}, {}, {1024, 8, 1}, 64, mebibyte).error().code == ErrorCode::limit);
  CHECK(scrypt({}, {}, {1ULL << 63, 8, 1}, 64, ~0ULL).error().code == ErrorCode::limit);
  CHECK(scrypt({}, {}, {1024, 8, 1}, 64, 128 * 8 * 1025).ok());
}

TEST_CASE("a hash without HMAC is refused with a way out") {
  CHECK(hkdf(Hash::blake2b, as_bytes("k"), {}, {}, 32).error().message ==
        "there is no HMAC with blake2b; use SHA-2 or SHA-3");
  CHECK_FALSE(pbkdf2(Hash::blake2b, as_bytes("p"), {}, 1, 32).ok());
}
