#include "modules/crypto/keyset_proto.h"

#include <doctest/doctest.h>

#include "modules/crypto/encrypted_keyset.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::unhex;

namespace {

std::string refusal(const std::string& message) {
  const auto keyring = read_keyset_proto(message);
  REQUIRE_FALSE(keyring.ok());
  CHECK(keyring.error().code == ErrorCode::invalid);
  return keyring.error().message;
}

/// A keyset with one AesGcmKey of 16 zero bytes.
std::string keyset(std::string_view status = "1001", std::string_view id = "1807",
                   std::string_view prefix = "2001", std::string_view part = "1801") {
  const std::string url = "type.googleapis.com/google.crypto.tink.AesGcmKey";
  const std::string data = cat("\x0a", static_cast<char>(url.size()), url,
                               unhex("12121a1000000000000000000000000000000000"), unhex(part));
  const std::string key =
      cat("\x0a", static_cast<char>(data.size()), data, unhex(status), unhex(id), unhex(prefix));
  return cat(unhex("0807"), "\x12", static_cast<char>(key.size()), key);
}

}  // namespace

TEST_CASE("a keyset of every type and state survives Tink's message") {
  Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  for (const std::string_view name : key_type_names()) keyring.rotate(*parse_key_type(name));
  REQUIRE(keyring.disable(keyring.keys()[1].id).ok());
  REQUIRE(keyring.destroy(keyring.keys()[2].id).ok());
  const std::string message = write_keyset_proto(keyring);
  const auto back = read_keyset_proto(message);
  REQUIRE(back.ok());
  CHECK(back->to_json() == keyring.to_json());
  CHECK(write_keyset_proto(*back) == message);
}

TEST_CASE("every truncation of a keyset's message is refused") {
  Keyring keyring = Keyring::generate(KeyType::ed25519);
  const std::string message = write_keyset_proto(keyring);
  for (std::size_t size = 0; size < message.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_keyset_proto(std::string_view(message).substr(0, size)).ok());
  }
}

TEST_CASE("what is wrong with a keyset's message is said") {
  REQUIRE(read_keyset_proto(keyset()).ok());
  CHECK(refusal("") == "the keyset needs key, an array of at least one key");
  CHECK(refusal("x") == "the keyset is damaged: it is no protobuf message");
  CHECK(refusal(keyset() + unhex("1801")) ==
        "the keyset has a field this version of Adyton does not know");
  CHECK(refusal(keyset("1000")) == "key 1 of it has an unknown status 0");
  CHECK(refusal(keyset("1004")) == "key 1 of it has an unknown status 4");
  CHECK(refusal(keyset("1001", "1808")) == "the keyset's primary key 7 is not in it");
  CHECK(refusal(keyset("1001", "1807", "2004")) ==
        "key 1 of it has the output prefix type 4; Adyton has 1 (Tink) and 3 (raw)");
  CHECK(refusal(keyset("1001", "1807", "2001", "1802")) ==
        "key 1 of it has a key material type which is not its type's");
  CHECK(refusal(keyset("1001", "188080808010")) == "key 1 of it has an id above 4294967295");
}

TEST_CASE("a sealed keyset's JSON is told apart, strict, and says what it holds") {
  const Keyring keyring = Keyring::generate(KeyType::aes256_gcm);
  const std::string json = write_encrypted_keyset(keyring, "sealed");
  CHECK(is_encrypted_keyset(json));
  CHECK_FALSE(is_encrypted_keyset(keyring.to_json()));
  CHECK(*sealed_keyset_of(json) == "sealed");
  CHECK(json.find(cat("\"primaryKeyId\": ", keyring.primary_key_id())) != std::string::npos);
  CHECK(json.find("google.crypto.tink.AesGcmKey") != std::string::npos);
  CHECK(sealed_keyset_of(R"({"encryptedKeyset":"?"})").error().message ==
        "the sealed keyset is damaged: encryptedKeyset is no base64");
  CHECK(sealed_keyset_of(R"({"encryptedKeyset":1})").error().message ==
        "the sealed keyset needs encryptedKeyset, a string");
  CHECK(sealed_keyset_of(R"({"encryptedKeyset":"","key":[]})").error().message ==
        "the sealed keyset has an unknown member \"key\"");
  CHECK_FALSE(sealed_keyset_of("[]").ok());
  CHECK_FALSE(sealed_keyset_of("{").ok());
}
