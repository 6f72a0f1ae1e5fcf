#include "modules/crypto/daead.h"

#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

TEST_CASE("equal plaintexts give equal tokens, in Tink's wire form, and open") {
  const Keyring keyring = Keyring::generate(KeyType::aes256_siv);
  const Daead daead = *Daead::create(keyring);
  std::set<std::string> tokens;
  for (const std::size_t size : {0, 1, 15, 16, 17, 64, 1000}) {
    const std::string plaintext(size, 'p');
    const std::string token = *daead.encrypt_deterministically(as_bytes(plaintext), as_bytes("d"));
    CHECK(token.size() == daead.ciphertext_size(size));
    CHECK(token.size() == 5 + 16 + size);
    CHECK(token == *daead.encrypt_deterministically(as_bytes(plaintext), as_bytes("d")));
    CHECK(token != *daead.encrypt_deterministically(as_bytes(plaintext), as_bytes("e")));
    CHECK(*daead.decrypt_deterministically(as_bytes(token), as_bytes("d")) == plaintext);
    tokens.insert(token);
  }
  CHECK(tokens.size() == 7);
}

TEST_CASE("every change of a token is refused, without a byte of plaintext") {
  const Daead daead = *Daead::create(Keyring::generate(KeyType::aes256_siv));
  const std::string token = *daead.encrypt_deterministically(as_bytes("plaintext"), as_bytes("d"));
  const auto refused = [&](const std::string& changed) {
    std::string out(changed.size(), '?');
    Opening message{as_bytes(changed), as_bytes("d"), test::data_of(out)};
    daead.decrypt_many({&message, 1});
    CHECK_FALSE(message.ok);
    CHECK(message.size == 0);
    CHECK(out.find("plain") == std::string::npos);
  };
  test::for_each_bit_flip(token, refused);
  for (std::size_t size = 0; size < token.size(); ++size) refused(token.substr(0, size));
  const auto wrong_data = daead.decrypt_deterministically(as_bytes(token), as_bytes("e"));
  REQUIRE_FALSE(wrong_data.ok());
  CHECK(wrong_data.error().code == ErrorCode::crypto);
  CHECK(wrong_data.error().text() == "decryption failed");
}

TEST_CASE("a pinned key seals after a rotation as before") {
  Keyring keyring = Keyring::generate(KeyType::aes256_siv);
  const std::uint32_t first = keyring.primary_key_id();
  const std::string before = *Daead::create(keyring)->encrypt_deterministically(as_bytes("x"), {});
  const std::uint32_t second = keyring.rotate(KeyType::aes256_siv);
  const Daead pinned = *Daead::create(keyring, first);
  CHECK(pinned.primary_key_id() == first);
  CHECK(*pinned.encrypt_deterministically(as_bytes("x"), {}) == before);
  const Daead rotated = *Daead::create(keyring);
  CHECK(rotated.primary_key_id() == second);
  CHECK(*rotated.encrypt_deterministically(as_bytes("x"), {}) != before);
  CHECK(*rotated.decrypt_deterministically(as_bytes(before), {}) == "x");
  REQUIRE(keyring.disable(first).ok());
  CHECK(Daead::create(keyring, first).error().message ==
        cat("the keyring has no enabled key ", first));
  CHECK_FALSE(Daead::create(keyring, 0).ok());
}

TEST_CASE("a key that is not deterministic is refused by name") {
  const Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  const auto refused = Daead::create(keyring);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::config);
  CHECK(
      refused.error().message.starts_with(cat("key ", keyring.primary_key_id(), " is x-aes-gcm")));
}

TEST_CASE("a batch gives what single messages give, whatever their associated data") {
  const Daead daead = *Daead::create(Keyring::generate(KeyType::aes256_siv));
  const std::vector<std::string> texts{"a", "b", "a", ""};
  const std::vector<std::string> datas{"x", "x", "y", "x"};
  std::vector<std::string> out;
  for (const std::string& text : texts) out.emplace_back(daead.ciphertext_size(text.size()), '?');
  std::vector<Sealing> messages;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    messages.push_back({as_bytes(texts[i]), as_bytes(datas[i]), test::data_of(out[i])});
  }
  daead.encrypt_many(messages);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(out[i] == *daead.encrypt_deterministically(as_bytes(texts[i]), as_bytes(datas[i])));
  }
}
