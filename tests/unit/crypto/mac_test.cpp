#include "modules/crypto/mac.h"

#include <doctest/doctest.h>

#include "host/base/base64.h"
#include "modules/crypto/digest.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

/// A keyset with one HmacKey of Tink's, key id 7.
std::string keyset(std::string_view proto_hex, std::string_view prefix = "TINK") {
  const std::string proto = test::unhex(proto_hex);
  return cat(R"({"primaryKeyId":7,"key":[{"keyData":{"typeUrl":"type.googleapis.com/)",
             R"(google.crypto.tink.HmacKey","value":")",
             base64::encode(as_bytes(proto), base64::Alphabet::standard),
             R"(","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":7,)",
             R"("outputPrefixType":")", prefix, "\"}]}");
}

// HmacParams { hash SHA256, tag_size 32 } and { hash SHA512, tag_size 64 }, as Tink writes them.
constexpr std::string_view sha256_params = "120408031020";
constexpr std::string_view sha512_params = "120408041040";

std::string key_field(std::size_t size, std::string_view byte) {
  std::string hex = size == 32 ? "1a20" : "1a40";
  for (std::size_t i = 0; i < size; ++i) hex += byte;
  return hex;
}

std::string refusal(const std::string& json) {
  const auto keyring = Keyring::parse(json);
  REQUIRE_FALSE(keyring.ok());
  return keyring.error().message;
}

}  // namespace

TEST_CASE("Tink's HMAC keys are read, and their codes are HMACs in Tink's wire form") {
  for (const bool wide : {false, true}) {
    const std::size_t size = wide ? 64 : 32;
    const std::string json =
        keyset(cat(wide ? sha512_params : sha256_params, key_field(size, "2a")));
    const auto keyring = Keyring::parse(json);
    REQUIRE(keyring.ok());
    const Mac mac = *Mac::create(*keyring);
    CHECK(mac.key_type() == (wide ? KeyType::hmac_sha512 : KeyType::hmac_sha256));
    CHECK(mac.size() == 5 + size);
    const std::string key(size, 0x2a);
    for (const std::string_view message : {"", "message"}) {
      const std::string code = mac.compute(as_bytes(message));
      CHECK(test::hex(code.substr(0, 5)) == "0100000007");
      CHECK(code.substr(5) ==
            hmac(wide ? Hash::sha512 : Hash::sha256, as_bytes(key), as_bytes(message)));
    }
    const std::string back = keyring->to_json();
    CHECK(back.find(base64::encode(as_bytes(test::unhex(cat(wide ? sha512_params : sha256_params,
                                                            key_field(size, "2a")))),
                                   base64::Alphabet::standard)) != std::string::npos);
  }
}

TEST_CASE("a code known from elsewhere: HMAC-SHA256 under 32 bytes of 0b") {
  const auto keyring = Keyring::parse(keyset(cat(sha256_params, key_field(32, "0b")), "RAW"));
  REQUIRE(keyring.ok());
  CHECK(test::hex(Mac::create(*keyring)->compute(as_bytes("Hi There"))) ==
        "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7");
}

TEST_CASE("a batch's codes are those of head and message in one") {
  const Mac mac = *Mac::create(Keyring::generate(KeyType::hmac_sha256));
  const std::vector<std::string> texts = {"", "a", std::string(200, 'b')};
  std::vector<std::string> codes(texts.size(), std::string(mac.size(), '\0'));
  std::vector<Tagging> messages;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    messages.push_back({as_bytes(texts[i]), test::data_of(codes[i])});
  }
  mac.compute_many(as_bytes("head"), messages);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(codes[i] == mac.compute(as_bytes("head" + texts[i])));
  }
}

TEST_CASE("a code is verified by every enabled key, and no changed one is") {
  Keyring keyring = Keyring::generate(KeyType::hmac_sha256);
  const std::uint32_t first = keyring.primary_key_id();
  const std::string code = Mac::create(keyring)->compute(as_bytes("m"));
  keyring.rotate(KeyType::hmac_sha512);
  const Mac rotated = *Mac::create(keyring);
  CHECK(rotated.verify(as_bytes(code), as_bytes("m")));
  CHECK_FALSE(rotated.verify(as_bytes(code), as_bytes("n")));
  CHECK(rotated.compute(as_bytes("m")) != code);
  CHECK(Mac::create(keyring, first)->compute(as_bytes("m")) == code);
  test::for_each_bit_flip(code, [&](const std::string& changed) {
    CHECK_FALSE(rotated.verify(as_bytes(changed), as_bytes("m")));
  });
  for (std::size_t size = 0; size < code.size(); ++size) {
    CHECK_FALSE(rotated.verify(as_bytes(code).first(size), as_bytes("m")));
  }
  REQUIRE(keyring.disable(first).ok());
  CHECK_FALSE(Mac::create(keyring)->verify(as_bytes(code), as_bytes("m")));
  CHECK(Mac::create(keyring, first).error().message ==
        cat("the keyring has no enabled key ", first));
}

TEST_CASE("keys for other purposes are no keys for a Mac, and the other way round") {
  for (const std::string_view name : key_type_names()) {
    const KeyType type = *parse_key_type(name);
    const auto mac = Mac::create(Keyring::generate(type));
    CHECK(mac.ok() == (key_purpose(type) == KeyPurpose::mac));
    if (!mac.ok()) CHECK(mac.error().code == ErrorCode::config);
  }
}

TEST_CASE("an HMAC key that Adyton does not have is refused") {
  const std::string key = key_field(32, "2a");
  const std::string other =
      "key 7 has an HMAC that Adyton does not have; it has HMAC_SHA256_256BITTAG and "
      "HMAC_SHA512_512BITTAG";
  CHECK(refusal(keyset("120408031010" + key)) == other);  // a tag of 16 bytes
  CHECK(refusal(keyset("120408011014" + key)) == other);  // SHA-1
  CHECK(refusal(keyset(key)) == other);
  CHECK(refusal(keyset(cat(sha512_params, key))) ==
        "key 7 has a key value of a wrong size for its hash");
  CHECK(refusal(keyset("12060803102018011a" + key.substr(2))) ==
        "key 7 has a parameter this version of Adyton does not know");
  CHECK(refusal(keyset(cat(sha256_params, "1a03aabbcc"))) ==
        "key 7 has a key value of a wrong size for HmacKey");
}

TEST_CASE("Tink's spelling of a key type is taken, too") {
  CHECK(parse_key_type("HMAC_SHA256") == KeyType::hmac_sha256);
  CHECK(parse_key_type("AES256_SIV") == KeyType::aes256_siv);
  CHECK_FALSE(parse_key_type("HMAC SHA256"));
}
