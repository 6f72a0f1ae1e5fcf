#include "modules/crypto/gcm_odd_nonce.h"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <doctest/doctest.h>

#include "modules/crypto/aes_gcm.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

// Wycheproof's AES-GCM vectors 79, 80, 82: the block made of the nonce ends in ff ff ff ff or near
// it.
TEST_CASE("GCM's counter wraps within its 32 bits") {
  struct Vector {
    std::string_view key, nonce, data, plaintext, sealed;
  };
  const Vector vectors[] = {
      {"00112233445566778899aabbccddeeff", "1a552e67cdc4dc1a33b824874ebf0bed", "",
       "0000000000000000000000000000000000000000000000000000000000000000"
       "0000000000000000",
       "948ca37a8e6649e88aeffb1c598f3607007702417ea0e0bc3c60ad5a949886de"
       "968cf53ea6462aed99b381bfa2af9751c39d1b6e86d1be6a"},
      {"00112233445566778899aabbccddeeff", "dd9d0b4a0c3d681524bffca31d907661", "",
       "0000000000000000000000000000000000000000000000000000000000000000"
       "0000000000000000",
       "64b19314c31af45accdf7e3c4db79f0d948ca37a8e6649e88aeffb1c598f3607"
       "007702417ea0e0bc5281efc7f13ac8e14ccf5dca7bfbfdd1"},
      {"00112233445566778899aabbccddeeff", "99821c2dd5daecded07300f577f7aff1", "",
       "0000000000000000000000000000000000000000000000000000000000000000"
       "0000000000000000",
       "127af9b39ecdfc57bb11a2847c7c2d3d8f938f40f877e0c4af37d0fe9af03305"
       "2bd537c4ae978f6007eb2fe4a958f8434d40684899507c7c"},
  };
  for (const Vector& vector : vectors) {
    AesGcm gcm(as_bytes(unhex(vector.key)));
    const std::string nonce = unhex(vector.nonce);
    const std::string data = unhex(vector.data);
    CHECK(hex(test::seal(gcm, nonce, data, unhex(vector.plaintext))) == vector.sealed);
    CHECK(hex(test::open(gcm, nonce, data, unhex(vector.sealed)).out) == vector.plaintext);
  }
}

TEST_CASE("put together from its parts, GCM gives what Crypto++ gives for most nonces") {
  const std::string key(32, 'k');
  const std::string nonce = "sixteen bytes ok";
  CryptoPP::GCM<CryptoPP::AES>::Encryption whole;
  whole.SetKeyWithIV(as_bytes(key).data(), key.size(), as_bytes(nonce).data(), nonce.size());
  GcmOddNonce parts(as_bytes(key));
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string text(size, 't');
    const std::string data(size % 40, 'd');
    std::string sealed(size + 16, '\0');
    std::uint8_t* const out = test::data_of(sealed);
    whole.EncryptAndAuthenticate(out, out + size, 16, as_bytes(nonce).data(), 16,
                                 as_bytes(data).data(), data.size(), as_bytes(text).data(), size);
    CHECK(test::seal(parts, nonce, data, text) == sealed);
    CHECK(test::open(parts, nonce, data, sealed).out == text);
  }
}

TEST_CASE("a message longer than one chunk of hashing opens, and its last byte counts") {
  GcmOddNonce gcm(as_bytes(std::string(16, 'k')));
  const std::string text(20000, 't');
  std::string sealed = test::seal(gcm, "nonce", "data", text);
  CHECK(test::open(gcm, "nonce", "data", sealed).out == text);
  sealed[19999] = static_cast<char>(sealed[19999] ^ 1);
  CHECK_FALSE(test::open(gcm, "nonce", "data", sealed).ok);
}

TEST_CASE("with an odd nonce, every bit flip and every truncation is refused, and wiped") {
  AesGcm gcm(as_bytes(std::string(32, 'k')));
  const std::string sealed = test::seal(gcm, "nonce", "data", "a plaintext");
  test::for_each_bit_flip(sealed, [&](const std::string& changed) {
    const auto opened = test::open(gcm, "nonce", "data", changed);
    CHECK_FALSE(opened.ok);
    CHECK(opened.out == std::string(11, '\0'));
  });
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(test::open(gcm, "nonce", "data", sealed.substr(0, size)).ok);
  }
  CHECK_FALSE(test::open(gcm, "noncf", "data", sealed).ok);
  CHECK(test::open(gcm, "nonce", "data", sealed).ok);
}
