#include <string>

#include <doctest/doctest.h>

#include "host/base/base64.h"
#include "modules/crypto/aead.h"
#include "modules/crypto/keyring.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

// Made with Tink's Python library 1.16: an XAES_256_GCM_192_BIT_NONCE and a raw AES128_GCM key.
constexpr std::string_view tink_keyset = R"({
 "primaryKeyId": 1090554500,
 "key": [
  {
   "keyData": {
    "typeUrl": "type.googleapis.com/google.crypto.tink.XAesGcmKey",
    "value": "EgIIDBogvorqTsVmJ87uWJY7/PpT3mtS3X+JnMXq3/YDJGLV2+A=",
    "keyMaterialType": "SYMMETRIC"
   },
   "status": "ENABLED",
   "keyId": 1090554500,
   "outputPrefixType": "TINK"
  },
  {
   "keyData": {
    "typeUrl": "type.googleapis.com/google.crypto.tink.AesGcmKey",
    "value": "GhB4jmrLSkh13ufmO1wAh0mR",
    "keyMaterialType": "SYMMETRIC"
   },
   "status": "ENABLED",
   "keyId": 220551765,
   "outputPrefixType": "RAW"
  }
 ]
})";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string parse_error(const std::string& text) {
  const auto keyring = Keyring::parse(text);
  REQUIRE_FALSE(keyring.ok());
  CHECK(keyring.error().code == ErrorCode::invalid);
  return keyring.error().message;
}

std::string keyset(std::string_view url, std::string_view value) {
  return cat(R"({"primaryKeyId":7,"key":[{"keyData":{"typeUrl":"type.googleapis.com/)", url,
             R"(","value":")", value, R"(","keyMaterialType":"SYMMETRIC"},)",
             R"("status":"ENABLED","keyId":7,"outputPrefixType":"TINK"}]})");
}

}  // namespace

TEST_CASE("a keyset that Tink wrote is read, and its ciphertexts open") {
  const auto keyring = Keyring::parse(tink_keyset);
  REQUIRE(keyring.ok());
  const auto keys = keyring->keys();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].type == KeyType::x_aes_gcm);
  CHECK(keys[0].prefix == OutputPrefix::tink);
  CHECK(keys[0].primary);
  CHECK(keys[1].type == KeyType::aes128_gcm);
  CHECK(keys[1].prefix == OutputPrefix::raw);
  const auto aead = Aead::create(*keyring);
  REQUIRE(aead.ok());
  const std::string sealed = test::unhex(
      "0141008a845cf3350fb3a1c44e3a3e54a223ac6d745f4409bf1b3870bb20a8104f2afe863efa1961bbface1320b5"
      "5c62e78ec634a6954a61ebbbbd");
  CHECK(*aead->decrypt(as_bytes(sealed), as_bytes("data")) == "sealed by Tink");
}

TEST_CASE("every type, status and prefix survives the way to JSON and back") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  for (const std::string_view name : key_type_names()) keyring.rotate(*parse_key_type(name));
  REQUIRE(keyring.disable(keyring.keys()[1].id).ok());
  REQUIRE(keyring.destroy(keyring.keys()[2].id).ok());
  const std::string json = keyring.to_json();
  const auto back = Keyring::parse(json);
  REQUIRE(back.ok());
  CHECK(back->to_json() == json);
  for (std::size_t i = 0; i < keyring.keys().size(); ++i) {
    const auto& a = keyring.material()[i];
    const auto& b = back->material()[i];
    CHECK(a.id == b.id);
    CHECK(a.status == b.status);
    CHECK(as_text(a.material.bytes()) == as_text(b.material.bytes()));
    if (a.status != KeyStatus::destroyed) CHECK(a.type == b.type);
  }
  CHECK(back->primary_key_id() == keyring.primary_key_id());
}

TEST_CASE("a shorter X-AES-GCM salt and the raw prefix are kept") {
  const std::string value = "EgIICBogAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  const auto keyring = Keyring::parse(
      replaced(keyset("google.crypto.tink.XAesGcmKey", value), "\"TINK\"", "\"RAW\""));
  REQUIRE(keyring.ok());
  CHECK(keyring->material()[0].salt_size == 8);
  CHECK(keyring->material()[0].prefix == OutputPrefix::raw);
  const std::string json = keyring->to_json();
  CHECK(json.find(value) != std::string::npos);
  CHECK(json.find("\"RAW\"") != std::string::npos);
}

TEST_CASE("every truncation of a keyset is refused") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  keyring.rotate(KeyType::aes256_siv);
  std::string json = keyring.to_json();
  json.resize(json.find_last_of('}') + 1);
  REQUIRE(Keyring::parse(json).ok());
  for (std::size_t size = 0; size < json.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(Keyring::parse(std::string_view(json).substr(0, size)).ok());
  }
}

TEST_CASE("every truncation of a key message is refused") {
  // version 0, params {salt_size 12}, 32 bytes of key
  const std::string message =
      test::unhex("1202080c1a20000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  for (std::size_t size = 0; size <= message.size(); ++size) {
    const std::string value =
        base64::encode(as_bytes(message).first(size), base64::Alphabet::standard);
    CHECK(Keyring::parse(keyset("google.crypto.tink.XAesGcmKey", value)).ok() ==
          (size == message.size()));
  }
}

TEST_CASE("text after the keyset and text that is no keyset are refused") {
  const std::string json = Keyring::generate(KeyType::x_aes_gcm).to_json();
  CHECK(parse_error(json + "x").starts_with("the keyset is not JSON"));
  CHECK(parse_error("") == "the keyset is not JSON: incomplete JSON");
  CHECK(parse_error("[]") == "the keyset is not a JSON object");
  CHECK(parse_error("{}") == "the keyset needs primaryKeyId, a number from 0 to 4294967295");
  CHECK(parse_error(R"({"primaryKeyId":1,"key":[]})") ==
        "the keyset needs key, an array of at least one key");
  CHECK(parse_error(R"({"primaryKeyId":1,"key":[],"encryptedKeyset":""})") ==
        "the keyset has an unknown member \"encryptedKeyset\"");
  CHECK(parse_error(std::string(100000, '[')).starts_with("the keyset is not JSON"));
}

TEST_CASE("a wrong member is refused with a message that names the key and the member") {
  const std::string value = "GiAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==";
  const std::string good = keyset("google.crypto.tink.AesGcmKey", value);
  REQUIRE(Keyring::parse(good).ok());
  CHECK(parse_error(replaced(good, "ENABLED", "ENABLE")) ==
        "key 7 has an unknown status \"ENABLE\"");
  CHECK(parse_error(replaced(good, "\"TINK\"", "\"CRUNCHY\"")) ==
        "key 7 has the output prefix type \"CRUNCHY\"; Adyton has TINK and RAW");
  CHECK(parse_error(replaced(good, "SYMMETRIC", "REMOTE")) ==
        "key 7 has the key material type \"REMOTE\"; Adyton has SYMMETRIC, ASYMMETRIC_PRIVATE and "
        "ASYMMETRIC_PUBLIC");
  CHECK(parse_error(replaced(good, "AesGcmKey", "AesEaxKey")) ==
        "key 7 is of a type Adyton does not have: \"AesEaxKey\"");
  CHECK(parse_error(replaced(good, value, "not base64")) ==
        "key 7 is damaged: its value is no base64");
  CHECK(parse_error(replaced(good, value, "GgA=")) ==
        "key 7 has a key value of a wrong size for AesGcmKey");
  CHECK(parse_error(replaced(good, "\"keyId\":7", "\"keyId\":-7")) ==
        "a key of the keyset needs keyId, a number from 0 to 4294967295");
  CHECK(parse_error(replaced(good, "\"keyId\":7", "\"keyId\":8")) ==
        "the keyset's primary key 7 is not in it");
  CHECK(parse_error(replaced(good, "ENABLED", "DISABLED")) ==
        "the keyset's primary key 7 is disabled");
  CHECK(parse_error(replaced(good, "\"status\"", "\"Status\"")) ==
        "a key of the keyset has an unknown member \"Status\"");
}

TEST_CASE("a key message with another version, an unknown or a repeated field is refused") {
  const std::string key = "0000000000000000000000000000000000000000000000000000000000000000";
  const auto error_of = [&](std::string_view url, const std::string& message) {
    const std::string bytes = test::unhex(message);
    return parse_error(keyset(url, base64::encode(as_bytes(bytes), base64::Alphabet::standard)));
  };
  constexpr std::string_view gcm = "google.crypto.tink.AesGcmKey";
  CHECK(error_of(gcm, "08011a20" + key) == "key 7 has version 1; Adyton knows version 0");
  CHECK(error_of(gcm, "1a20" + key + "2001") ==
        "key 7 has a field this version of Adyton does not know");
  CHECK(error_of(gcm, "1a20" + key + "1a20" + key) ==
        "key 7 has a field this version of Adyton does not know");
  CHECK(error_of(gcm,
                 "12020801"
                 "1a20" +
                     key) == "key 7 has a parameter this version of Adyton does not know");
  CHECK(error_of("google.crypto.tink.XAesGcmKey",
                 "1202080d"
                 "1a20" +
                     key) == "key 7 has a salt of 13 bytes; X-AES-GCM takes 8 to 12");
  CHECK(error_of("google.crypto.tink.XAesGcmKey", "1a20" + key) ==
        "key 7 has a salt of 0 bytes; X-AES-GCM takes 8 to 12");
}

TEST_CASE("two keys with one id are refused") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  const std::uint32_t first = keyring.primary_key_id();
  const std::uint32_t second = keyring.rotate(KeyType::x_aes_gcm);
  const std::string json =
      replaced(keyring.to_json(), cat("\"keyId\": ", first), cat("\"keyId\": ", second));
  CHECK(parse_error(json) == cat("the keyset has two keys with the id ", second));
}

TEST_CASE("no message of a refused keyset holds the key") {
  const std::string value = "GiAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==";
  const std::string good = keyset("google.crypto.tink.AesGcmKey", value);
  test::for_each_bit_flip(good, [&](const std::string& changed) {
    const auto keyring = Keyring::parse(changed);
    if (keyring.ok()) return;
    CHECK(keyring.error().message.find("AAECAwQF") == std::string::npos);
    CHECK(keyring.error().message.find("EhMUFRYX") == std::string::npos);
  });
}

TEST_CASE("a destroyed key needs no key data") {
  const auto keyring = Keyring::parse(replaced(
      keyset("google.crypto.tink.AesGcmKey", "GiAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw=="),
      "\"key\":[", R"("key":[{"status":"DESTROYED","keyId":8,"outputPrefixType":"TINK"},)"));
  REQUIRE(keyring.ok());
  CHECK(keyring->keys()[0].status == KeyStatus::destroyed);
  CHECK_FALSE(keyring->keys()[0].type);
}
