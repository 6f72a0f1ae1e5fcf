#include "modules/crypto/chacha_poly.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

namespace {

constexpr std::string_view sunscreen =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.";

template <class Cipher>
void check_refusals(std::size_t nonce_size) {
  Cipher cipher(as_bytes(std::string(32, 'k')));
  const std::string nonce(nonce_size, 'n');
  const std::string sealed = test::seal(cipher, nonce, "data", "a plaintext");
  test::for_each_bit_flip(nonce + sealed, [&](const std::string& changed) {
    const auto opened =
        test::open(cipher, changed.substr(0, nonce_size), "data", changed.substr(nonce_size));
    CHECK_FALSE(opened.ok);
    CHECK(opened.out == std::string(11, '\0'));
  });
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(test::open(cipher, nonce, "data", sealed.substr(0, size)).ok);
  }
  CHECK_FALSE(test::open(cipher, nonce, "date", sealed).ok);
  CHECK(test::open(cipher, nonce, "data", sealed).out == "a plaintext");
}

}  // namespace

// RFC 8439, section 2.8.2.
TEST_CASE("ChaCha20-Poly1305 gives the RFC's ciphertext") {
  ChaCha20Poly1305 cipher(
      as_bytes(unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")));
  CHECK(hex(test::seal(cipher, unhex("070000004041424344454647"), unhex("50515253c0c1c2c3c4c5c6c7"),
                       sunscreen)) ==
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
        "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
        "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
        "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
}

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST_CASE("XChaCha20-Poly1305 gives the draft's ciphertext") {
  XChaCha20Poly1305 cipher(
      as_bytes(unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")));
  CHECK(hex(test::seal(cipher, unhex("404142434445464748494a4b4c4d4e4f5051525354555657"),
                       unhex("50515253c0c1c2c3c4c5c6c7"), sunscreen)) ==
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
}

TEST_CASE("ChaCha20-Poly1305 refuses every change and wipes") {
  check_refusals<ChaCha20Poly1305>(ChaCha20Poly1305::nonce_size);
}

TEST_CASE("XChaCha20-Poly1305 refuses every change and wipes") {
  check_refusals<XChaCha20Poly1305>(XChaCha20Poly1305::nonce_size);
}
