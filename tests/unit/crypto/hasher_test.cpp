#include "modules/crypto/hasher.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

TEST_CASE("a hasher gives the digest of each of many messages") {
  for (const std::string_view name : hash_names()) {
    const Hash hash = *parse_hash(name);
    CAPTURE(name);
    Hasher hasher(hash);
    for (const std::size_t size : {3, 0, 1, 63, 64, 65, 127, 128, 129, 1000, 3}) {
      const std::string message(size, 'a');
      std::string out(digest_size(hash), '\0');
      hasher.hash(as_bytes(message), test::data_of(out));
      CHECK(out == digest(hash, as_bytes(message)));
    }
  }
}

TEST_CASE("the digests of abc are those of the standards") {
  const auto of_abc = [](Hash hash) {
    std::string out(digest_size(hash), '\0');
    Hasher(hash).hash(as_bytes("abc"), test::data_of(out));
    return test::hex(out);
  };
  CHECK(of_abc(Hash::sha256) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(of_abc(Hash::sha3_256) ==
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
  CHECK(of_abc(Hash::blake2b).starts_with("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b7"));
}
