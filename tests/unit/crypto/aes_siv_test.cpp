#include "modules/crypto/aes_siv.h"

#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

namespace {

std::string seal(AesSiv& siv, const std::vector<std::string>& data, std::string_view plaintext) {
  std::vector<Bytes> parts;
  for (const std::string& part : data) parts.push_back(as_bytes(part));
  std::string out(plaintext.size() + 16, '\0');
  siv.seal(parts, as_bytes(plaintext), test::data_of(out));
  return out;
}

test::Opened open(AesSiv& siv, const std::string& data, const std::string& ciphertext) {
  test::Opened opened{false, std::string(ciphertext.size() < 16 ? 0 : ciphertext.size() - 16, '?')};
  const Bytes part = as_bytes(data);
  opened.ok = siv.open({&part, 1}, as_bytes(ciphertext), test::data_of(opened.out));
  return opened;
}

}  // namespace

// RFC 5297, appendix A.1 and A.2.
TEST_CASE("AES-SIV gives the RFC's ciphertexts") {
  AesSiv one(as_bytes(unhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")));
  CHECK(hex(seal(one, {unhex("101112131415161718191a1b1c1d1e1f2021222324252627")},
                 unhex("112233445566778899aabbccddee"))) ==
        "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
  AesSiv two(as_bytes(unhex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f")));
  CHECK(hex(seal(two,
                 {unhex("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa9988"
                        "7766554433221100"),
                  unhex("102030405060708090a0"), unhex("09f911029d74e35bd84156c5635688c0")},
                 "this is some plaintext to encrypt using SIV-AES")) ==
        "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17"
        "dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d");
}

TEST_CASE("AES-SIV is deterministic, and what it keeps between messages changes nothing") {
  AesSiv kept(as_bytes(std::string(64, 'k')));
  for (const std::string data : {"a", "b", "b", "", "a"}) {
    for (const std::size_t size : {0, 1, 15, 16, 17, 100}) {
      AesSiv fresh(as_bytes(std::string(64, 'k')));
      const std::string plaintext(size, 'p');
      const std::string sealed = seal(kept, {data}, plaintext);
      CHECK(sealed == seal(fresh, {data}, plaintext));
      CHECK(open(kept, data, sealed).out == plaintext);
    }
  }
}

TEST_CASE("no associated data, an empty one and two empty ones are three different things") {
  AesSiv siv(as_bytes(std::string(32, 'k')));
  const std::string none = seal(siv, {}, "text");
  const std::string one = seal(siv, {""}, "text");
  const std::string two = seal(siv, {"", ""}, "text");
  CHECK(none != one);
  CHECK(one != two);
  CHECK(seal(siv, {"ab", "c"}, "text") != seal(siv, {"a", "bc"}, "text"));
}

TEST_CASE("AES-SIV refuses every bit flip, every truncation, other data, and wipes") {
  AesSiv siv(as_bytes(std::string(64, 'k')));
  const std::string sealed = seal(siv, {"data"}, "a plaintext to protect");
  test::for_each_bit_flip(sealed, [&](const std::string& changed) {
    const auto opened = open(siv, "data", changed);
    CHECK_FALSE(opened.ok);
    CHECK(opened.out == std::string(22, '\0'));
  });
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(open(siv, "data", sealed.substr(0, size)).ok);
  }
  CHECK_FALSE(open(siv, "date", sealed).ok);
  CHECK(open(siv, "data", sealed).ok);
}
