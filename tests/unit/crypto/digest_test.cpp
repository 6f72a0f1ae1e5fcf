#include "modules/crypto/digest.h"

#include <map>

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

// "abc" is the first example of FIPS 180-4, FIPS 202 and RFC 7693.
TEST_CASE("each hash gives its standard's digest of abc") {
  const std::map<std::string_view, std::string_view> expected{
      {"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
      {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"sha384",
       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c"
       "825a7"},
      {"sha512",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3f"
       "eebbd454d4423643ce80e2a9ac94fa54ca49f"},
      {"sha3_224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
      {"sha3_256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
      {"sha3_384",
       "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf2283"
       "76d25"},
      {"sha3_512",
       "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e"
       "3934057340b4cf408d5a56592f8274eec53f0"},
      {"blake2b",
       "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de453"
       "3cc9518d38aa8dbf1925ab92386edd4009923"},
  };
  REQUIRE(hash_names().size() == expected.size());
  for (const std::string_view name : hash_names()) {
    CAPTURE(name);
    const Hash hash = *parse_hash(name);
    CHECK(hash_name(hash) == name);
    CHECK(hex(digest(hash, as_bytes("abc"))) == expected.at(name));
    CHECK(digest(hash, as_bytes("abc")).size() == digest_size(hash));
  }
}

TEST_CASE("a name that is no hash is refused") {
  CHECK_FALSE(parse_hash("md5"));
  CHECK_FALSE(parse_hash(""));
}

TEST_CASE("a digest fed in two parts, at every split, is the digest of the whole") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  for (const std::string_view name : hash_names()) {
    CAPTURE(name);
    const Hash hash = *parse_hash(name);
    const std::string whole = digest(hash, as_bytes(text));
    for (std::size_t split = 0; split <= text.size(); ++split) {
      Digest running(hash);
      running.update(as_bytes(text).first(split));
      running.update(as_bytes(text).subspan(split));
      CHECK(running.value() == whole);
    }
  }
}

TEST_CASE("a digest can be asked for its value and go on, and a clone is independent") {
  Digest running(Hash::sha256);
  running.update(as_bytes("ab"));
  Digest copy = running.clone();
  const std::string of_ab = running.value();
  running.update(as_bytes("c"));
  CHECK(running.value() == digest(Hash::sha256, as_bytes("abc")));
  CHECK(copy.value() == of_ab);
  CHECK(of_ab == digest(Hash::sha256, as_bytes("ab")));
}

TEST_CASE("BLAKE2b takes a key and a digest size") {
  std::string key;
  for (int i = 0; i < 64; ++i) key += static_cast<char>(i);
  Digest running = Digest::blake2b(32, as_bytes(key));
  running.update(as_bytes("abc"));
  CHECK(hex(running.value()) == "dff38c978666dff5631db35ca15535520d134f5c8060ea569c6a178ad393719f");
  CHECK(running.clone().value() == running.value());
  CHECK(hex(Digest::blake2b(1, {}).value()) == "2e");
}

TEST_CASE("an HMAC fed in parts is that of the whole, for every hash and length of key") {
  const std::string text(300, 't');
  for (const std::string_view name : hash_names()) {
    const Hash hash = *parse_hash(name);
    if (!supports_hmac(hash)) continue;
    CAPTURE(name);
    for (std::size_t size = 0; size < 300; size += 7) {
      const std::string key(size, 'k');
      Digest running = Digest::hmac(hash, as_bytes(key));
      running.update(as_bytes(text).first(size));
      const Digest clone = running.clone();
      CHECK(clone.value() == hmac(hash, as_bytes(key), as_bytes(text).first(size)));
      running.update(as_bytes(text).subspan(size));
      CHECK(running.value() == hmac(hash, as_bytes(key), as_bytes(text)));
      CHECK(running.value() == running.value());
      CHECK(clone.value() != running.value());
    }
    CHECK(Digest::hmac(hash, {}).name() == cat("hmac-", name));
    CHECK(Digest::hmac(hash, {}).size() == digest_size(hash));
  }
}

// RFC 4231, test case 2, and NIST's SHA-3 HMAC of the same input.
TEST_CASE("HMAC gives the published tags") {
  const Bytes key = as_bytes("Jefe");
  const Bytes data = as_bytes("what do ya want for nothing?");
  CHECK(hex(hmac(Hash::sha256, key, data)) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac(Hash::sha512, key, data)) ==
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  CHECK(hex(hmac(Hash::sha3_256, key, data)) ==
        "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5");
  CHECK_FALSE(supports_hmac(Hash::blake2b));
}
