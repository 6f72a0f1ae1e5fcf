#include "modules/crypto/keyring.h"

#include <set>

#include <doctest/doctest.h>

using namespace adyton;
using namespace adyton::crypto;

TEST_CASE(
    "a new keyring has one enabled key, the primary, with the Tink prefix unless it is for a Prf") {
  for (const std::string_view name : key_type_names()) {
    CAPTURE(name);
    const KeyType type = *parse_key_type(name);
    const Keyring keyring = Keyring::generate(type);
    const auto keys = keyring.keys();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].type == type);
    CHECK(keys[0].status == KeyStatus::enabled);
    const bool raw = key_purpose(type) == KeyPurpose::prf;
    CHECK(keys[0].prefix == (raw ? OutputPrefix::raw : OutputPrefix::tink));
    CHECK(keys[0].primary);
    CHECK(keys[0].id == keyring.primary_key_id());
    CHECK(key_type_name(type) == name);
  }
}

TEST_CASE("no two new keys are equal and no id is zero") {
  std::set<std::string> bytes;
  std::set<std::uint32_t> ids;
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  for (int i = 0; i < 50; ++i) keyring.rotate(KeyType::aes256_gcm);
  for (const auto& key : keyring.material()) {
    CHECK(key.id != 0);
    ids.insert(key.id);
    bytes.insert(std::string(as_text(key.material.bytes())));
  }
  CHECK(ids.size() == 51);
  CHECK(bytes.size() == 51);
}

TEST_CASE("rotating adds a primary and leaves the old key enabled") {
  Keyring keyring = Keyring::generate(KeyType::aes256_gcm);
  const std::uint32_t old_id = keyring.primary_key_id();
  const std::uint32_t new_id = keyring.rotate(KeyType::x_aes_gcm);
  CHECK(keyring.primary_key_id() == new_id);
  const auto keys = keyring.keys();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].id == old_id);
  CHECK(keys[0].status == KeyStatus::enabled);
  CHECK_FALSE(keys[0].primary);
  CHECK(keys[1].type == KeyType::x_aes_gcm);
}

TEST_CASE("the primary can't be disabled or destroyed, and only an enabled key becomes primary") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  const std::uint32_t first = keyring.primary_key_id();
  CHECK(keyring.disable(first).error().code == ErrorCode::invalid);
  CHECK_FALSE(keyring.destroy(first).ok());
  const std::uint32_t second = keyring.rotate(KeyType::x_aes_gcm);
  REQUIRE(keyring.disable(first).ok());
  CHECK_FALSE(keyring.set_primary(first).ok());
  REQUIRE(keyring.enable(first).ok());
  REQUIRE(keyring.set_primary(first).ok());
  CHECK(keyring.disable(second).ok());
  CHECK(keyring.keys()[1].status == KeyStatus::disabled);
}

TEST_CASE("a destroyed key has no bytes and does not come back") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  const std::uint32_t first = keyring.primary_key_id();
  keyring.rotate(KeyType::x_aes_gcm);
  REQUIRE(keyring.destroy(first).ok());
  CHECK(keyring.material()[0].material.size() == 0);
  CHECK(keyring.keys()[0].type == KeyType::x_aes_gcm);
  CHECK_FALSE(keyring.enable(first).ok());
  CHECK_FALSE(keyring.destroy(first).ok());
  CHECK_FALSE(keyring.set_primary(first).ok());
}

TEST_CASE("a key that is not there is an error that names it") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  CHECK(keyring.enable(0).error().message == "the keyring has no key 0");
}

TEST_CASE("an unknown key type name is refused") {
  CHECK_FALSE(parse_key_type("aes-256-gcm"));
  CHECK_FALSE(parse_key_type(""));
}
