#include "modules/crypto/aes_gcm.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 1, 4 and 6.
TEST_CASE("AES-GCM gives the published ciphertexts") {
  AesGcm zero(as_bytes(std::string(16, '\0')));
  CHECK(hex(test::seal(zero, std::string(12, '\0'), "", "")) == "58e2fccefa7e3061367f1d57a4e7455a");
  const std::string key = unhex("feffe9928665731c6d6a8f9467308308");
  const std::string plaintext = unhex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const std::string data = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  AesGcm gcm(as_bytes(key));
  CHECK(hex(test::seal(gcm, unhex("cafebabefacedbaddecaf888"), data, plaintext)) ==
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac"
        "84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47");
}

TEST_CASE("AES-GCM opens what it sealed, at every length, with every key and nonce size") {
  for (const std::size_t key_size : {16, 24, 32}) {
    AesGcm gcm(as_bytes(std::string(key_size, 'k')));
    for (const std::size_t nonce_size : {1, 8, 12, 16, 200}) {
      const std::string nonce(nonce_size, 'n');
      for (std::size_t size = 0; size < 70; ++size) {
        const std::string plaintext(size, 'p');
        const auto opened = test::open(gcm, nonce, "ad", test::seal(gcm, nonce, "ad", plaintext));
        CHECK(opened.ok);
        CHECK(opened.out == plaintext);
      }
    }
  }
}

TEST_CASE(
    "AES-GCM refuses every bit flip, every truncation, another nonce, other data, and wipes") {
  AesGcm gcm(as_bytes(std::string(32, 'k')));
  const std::string nonce(12, 'n');
  const std::string sealed = test::seal(gcm, nonce, "data", "a plaintext to protect");
  const std::string wiped(22, '\0');
  test::for_each_bit_flip(sealed, [&](const std::string& changed) {
    const auto opened = test::open(gcm, nonce, "data", changed);
    CHECK_FALSE(opened.ok);
    CHECK(opened.out == wiped);
  });
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(test::open(gcm, nonce, "data", sealed.substr(0, size)).ok);
  }
  CHECK_FALSE(test::open(gcm, std::string(12, 'm'), "data", sealed).ok);
  CHECK_FALSE(test::open(gcm, nonce, "date", sealed).ok);
  CHECK_FALSE(test::open(gcm, nonce, "", sealed).ok);
  CHECK(test::open(gcm, nonce, "data", sealed).ok);
}

TEST_CASE("a new key takes effect in both directions, for nonces of every size") {
  for (const std::size_t nonce_size : {12, 16}) {
    AesGcm gcm(as_bytes(std::string(32, 'a')));
    const std::string nonce(nonce_size, 'n');
    const std::string first = test::seal(gcm, nonce, "", "text");
    CHECK(test::open(gcm, nonce, "", first).ok);
    gcm.set_key(as_bytes(std::string(32, 'b')));
    CHECK(test::seal(gcm, nonce, "", "text") != first);
    CHECK_FALSE(test::open(gcm, nonce, "", first).ok);
  }
}
