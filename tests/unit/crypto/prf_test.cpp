#include "modules/crypto/prf.h"

#include <set>

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"
#include "tests/unit/crypto/tink_keyset.h"

using namespace adyton;
using namespace adyton::crypto;
using test::in_base64;
using test::tink_keyset;
using test::unhex;

namespace {

std::string symmetric(std::string_view message, std::string_view value) {
  return tink_keyset(message, value, 7, "SYMMETRIC", "RAW");
}

std::string refusal(const std::string& json) {
  const auto keyring = Keyring::parse(json);
  REQUIRE_FALSE(keyring.ok());
  return keyring.error().message;
}

const std::string key32(32, '*');

}  // namespace

TEST_CASE("Tink's keys give Tink's bytes (made with Tink's Python library 1.16)") {
  struct Case {
    std::string_view message;
    std::string_view value;
    std::string_view output;  // of "input"
    KeyType type;
  };
  for (const Case& each : {
           Case{"HkdfPrfKey", "EgIIAxogthcUN2XxVFgjcFQh2wxNximH0cCB0Njjvs69w2xc694=",
                "f0b2db94f037d34d582ad4171b5c7fe6", KeyType::hkdf_sha256},
           Case{"HmacPrfKey", "EgIIAxogdD8iXhUyQrF6eF0gI5+Egpi83Qi8p9CV3o67otC8YBE=",
                "69a5021e640969e8c4a9f62a8713b1fb", KeyType::hmac_sha256_prf},
           Case{"HmacPrfKey",
                "EgIIBBpAyPpj2nB8a9mcJTTIaBha1+694JQLfxJxpBxwv+2qlCNilxHCkOkKlRnXkp6plrzwLfWNXVvY0E"
                "IdhtqPLkXCHg==",
                "bf403cafc78b2248b1834433dcb836ae", KeyType::hmac_sha512_prf},
           Case{"AesCmacPrfKey", "EiASzPGCeoxAhEuoIBS4LK8P+JMFa3uIh2xhIcwR61tJjA==",
                "49a938dcd6c342816dcc73a5fb6a747f", KeyType::aes_cmac_prf},
       }) {
    CAPTURE(each.message);
    const auto keyring = Keyring::parse(symmetric(each.message, each.value));
    REQUIRE(keyring.ok());
    CHECK(keyring->primary_type() == each.type);
    const auto prf = Prf::create(*keyring);
    REQUIRE(prf.ok());
    CHECK(test::hex(*prf->compute_primary(as_bytes("input"), 16)) == each.output);
    CHECK(keyring->to_json().find(each.value) != std::string::npos);
  }
}

TEST_CASE("HKDF takes the input as info, under the key's salt (RFC 5869, test case 1's shape)") {
  const std::string value = in_base64(unhex("120708031203616263") + "\x1a\x20" + key32);
  const auto keyring = Keyring::parse(symmetric("HkdfPrfKey", value));
  REQUIRE(keyring.ok());
  CHECK(keyring->material()[0].hkdf_salt == "abc");
  CHECK(keyring->to_json().find(value) != std::string::npos);
  const auto salted = Prf::create(*keyring)->compute_primary(as_bytes("i"), 42);
  const auto plain = Prf::create(*Keyring::parse(symmetric(
                                     "HkdfPrfKey", in_base64(unhex("120208031a20") + key32))))
                         ->compute_primary(as_bytes("i"), 42);
  CHECK(*salted != *plain);
}

TEST_CASE("a shorter output begins the longer one, and lengths end where the type's do") {
  struct Case {
    KeyType type;
    std::size_t most;
  };
  for (const Case& each : {Case{KeyType::hkdf_sha256, 8160}, Case{KeyType::hmac_sha256_prf, 32},
                           Case{KeyType::hmac_sha512_prf, 64}, Case{KeyType::aes_cmac_prf, 16}}) {
    const Prf prf = *Prf::create(Keyring::generate(each.type));
    const std::string whole = *prf.compute_primary(as_bytes("x"), each.most);
    CHECK(whole.size() == each.most);
    CHECK(whole.starts_with(*prf.compute_primary(as_bytes("x"), 7)));
    CHECK_FALSE(whole.starts_with(*prf.compute_primary(as_bytes("y"), 7)));
    CHECK(prf.compute_primary({}, 1).ok());
    const auto long_one = prf.compute_primary(as_bytes("x"), each.most + 1);
    REQUIRE_FALSE(long_one.ok());
    CHECK(long_one.error().message == cat("key ", prf.primary_key_id(), ", ",
                                          key_type_name(each.type), ", gives 1 to ", each.most,
                                          " bytes, not ", each.most + 1));
    CHECK_FALSE(prf.compute_primary(as_bytes("x"), 0).ok());
  }
}

TEST_CASE("every enabled key has a function of its own, the primary's comes without an id") {
  Keyring keyring = Keyring::generate(KeyType::hkdf_sha256);
  const std::uint32_t first = keyring.primary_key_id();
  const std::string before = *Prf::create(keyring)->compute_primary(as_bytes("x"), 16);
  const std::uint32_t second = keyring.rotate(KeyType::aes_cmac_prf);
  const Prf prf = *Prf::create(keyring);
  CHECK(prf.key_ids() == std::vector<std::uint32_t>{first, second});
  CHECK(prf.primary_key_id() == second);
  CHECK(*prf.compute_primary(as_bytes("x"), 16) != before);
  CHECK(*prf.compute(first, as_bytes("x"), 16) == before);
  REQUIRE(keyring.disable(first).ok());
  const auto gone = Prf::create(keyring)->compute(first, as_bytes("x"), 16);
  REQUIRE_FALSE(gone.ok());
  CHECK(gone.error().message == cat("the keyring has no enabled key ", first));
}

TEST_CASE("a Prf refuses keys for other purposes, and keys with a prefix, as Tink does") {
  for (const std::string_view name : key_type_names()) {
    const KeyType type = *parse_key_type(name);
    CHECK(Prf::create(Keyring::generate(type)).ok() == (key_purpose(type) == KeyPurpose::prf));
  }
  const auto keyring = Keyring::parse(
      tink_keyset("AesCmacPrfKey", in_base64(unhex("1220") + key32), 7, "SYMMETRIC", "TINK"));
  REQUIRE(keyring.ok());
  CHECK(Prf::create(*keyring).error().message.starts_with("key 7 has an output prefix"));
}

TEST_CASE("keys that Adyton has no function for are refused by name") {
  const std::string sized = unhex("1a20") + key32;
  CHECK(refusal(symmetric("HkdfPrfKey", in_base64(unhex("12020804") + sized))) ==
        "key 7 has an HKDF that Adyton does not have; it has HKDF_SHA256");
  CHECK(refusal(symmetric("HmacPrfKey", in_base64(unhex("12020801") + sized))) ==
        "key 7 has an HMAC that Adyton does not have; it has HMAC_SHA256_PRF and HMAC_SHA512_PRF");
  CHECK(refusal(symmetric("HmacPrfKey", in_base64(unhex("12020804") + sized))) ==
        "key 7 has a key value of a wrong size for its hash");
  CHECK(
      refusal(symmetric("HmacPrfKey", in_base64(unhex("1205080312016100").substr(0, 7) + sized))) ==
      "key 7 has a parameter this version of Adyton does not know");
  CHECK(refusal(symmetric("AesCmacPrfKey", in_base64(unhex("1210") + key32.substr(16)))) ==
        "key 7 has a key value of a wrong size for AesCmacPrfKey");
}
