#include "modules/crypto/age/bech32.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;
using crypto::test::hex;
using crypto::test::unhex;

TEST_CASE("a text of BIP 173 is read and written") {
  // BIP 173's P2WPKH address has a version of five bits in front; what follows is of BIP 350's and
  // 173's valid strings.
  for (const char* const text : {"a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"}) {
    const auto decoded = decode_bech32(text);
    REQUIRE(decoded.has_value());
    CHECK(encode_bech32(decoded->prefix, decoded->data.bytes()) == text);
  }
  CHECK(hex(decode_bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")->data.bytes()) ==
        "00443214c74254b635cf84653a56d7c675be77df");
}

TEST_CASE("what is no Bech32 is refused") {
  for (const char* const text :
       {"", "1", "a", "a12uel5", "A12uEL5L", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v",
        "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee", "a12uel5k", "a12uel5l "}) {
    CAPTURE(text);
    CHECK_FALSE(decode_bech32(text).has_value());
  }
}

TEST_CASE("every length comes back, in either case") {
  std::string data;
  for (int size = 0; size < 70; ++size, data += static_cast<char>(size * 37)) {
    std::string text = encode_bech32("age", as_bytes(data));
    const auto lower = decode_bech32(text);
    REQUIRE(lower.has_value());
    CHECK(as_text(lower->data.bytes()) == data);
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    const auto upper = decode_bech32(text);
    REQUIRE(upper.has_value());
    CHECK(upper->prefix == "AGE");
    CHECK(as_text(upper->data.bytes()) == data);
  }
}

TEST_CASE("a changed character is noticed") {
  const std::string text = encode_bech32("age", as_bytes("0123456789abcdef0123456789abcdef"));
  for (std::size_t i = 4; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'q' ? 'p' : 'q';
    CHECK_FALSE(decode_bech32(changed).has_value());
  }
}

TEST_CASE("bits that are left over must be zero and few") {
  // Seven groups of five bits hold four bytes and three bits; the checksums are right.
  CHECK(decode_bech32("x1qqqqqqq"
                      "6j4wx5") == std::nullopt);
}
