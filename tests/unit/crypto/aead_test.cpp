#include "modules/crypto/aead.h"

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

constexpr KeyType randomised_types[] = {KeyType::x_aes_gcm, KeyType::aes256_gcm,
                                        KeyType::aes128_gcm, KeyType::chacha20_poly1305,
                                        KeyType::xchacha20_poly1305};

std::size_t nonce_size(KeyType type) {
  return type == KeyType::x_aes_gcm || type == KeyType::xchacha20_poly1305 ? 24 : 12;
}

std::vector<std::string> seal_all(const Aead& aead, const std::vector<std::string>& plaintexts) {
  std::vector<std::string> out;
  for (const std::string& text : plaintexts) {
    out.emplace_back(aead.ciphertext_size(text.size()), '?');
  }
  std::vector<Sealing> messages;
  for (std::size_t i = 0; i < out.size(); ++i) {
    messages.push_back({as_bytes(plaintexts[i]), as_bytes("data"), test::data_of(out[i])});
  }
  aead.encrypt_many(messages);
  return out;
}

Keyring raw_keyring(KeyType type) {
  std::string json = Keyring::generate(type).to_json();
  json.replace(json.find("\"TINK\""), 6, "\"RAW\"");
  return *Keyring::parse(json);
}

// The keys of both, the first one's primary.
Keyring joined(const Keyring& a, const Keyring& b) {
  std::string json = a.to_json();
  const std::string other = b.to_json();
  const std::size_t begin = other.find('[') + 1;
  json.insert(json.rfind(']'), cat(",", other.substr(begin, other.rfind(']') - begin)));
  return *Keyring::parse(json);
}

}  // namespace

TEST_CASE("what is sealed opens, in Tink's wire form") {
  for (const KeyType type : randomised_types) {
    const Keyring keyring = Keyring::generate(type);
    const Aead aead = *Aead::create(keyring);
    for (const std::size_t size : {0, 1, 15, 16, 17, 64, 1000}) {
      const std::string plaintext(size, 'p');
      const std::string sealed = *aead.encrypt(as_bytes(plaintext), as_bytes("data"));
      CHECK(sealed.size() == 5 + nonce_size(type) + size + 16);
      const std::uint32_t id = keyring.primary_key_id();
      CHECK(sealed.substr(0, 5) == std::string{1, static_cast<char>(id >> 24),
                                               static_cast<char>(id >> 16),
                                               static_cast<char>(id >> 8), static_cast<char>(id)});
      CHECK(*aead.decrypt(as_bytes(sealed), as_bytes("data")) == plaintext);
    }
  }
}

TEST_CASE("no two messages share a nonce, within a batch or between batches") {
  for (const KeyType type : randomised_types) {
    const Aead aead = *Aead::create(Keyring::generate(type));
    std::set<std::string> nonces;
    const std::vector<std::string> texts(700, "equal");
    for (int batch = 0; batch < 3; ++batch) {
      for (const std::string& sealed : seal_all(aead, texts)) {
        nonces.insert(sealed.substr(5, nonce_size(type)));
      }
    }
    CHECK(nonces.size() == 2100);
  }
}

TEST_CASE("an X-AES-GCM batch has one salt and counts, and another batch another salt") {
  const Aead aead = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  const auto first = seal_all(aead, std::vector<std::string>(300, "text"));
  const auto second = seal_all(aead, std::vector<std::string>(2, "text"));
  std::set<std::string> salts;
  for (const std::string& sealed : first) salts.insert(sealed.substr(5, 12));
  CHECK(salts.size() == 1);
  CHECK(second[0].substr(5, 12) != first[0].substr(5, 12));
  CHECK(second[0].substr(17, 12) != first[0].substr(17, 12));
  for (std::size_t i = 1; i < first.size(); ++i) {
    const auto low_byte = [&](std::size_t k) { return static_cast<std::uint8_t>(first[k][28]); };
    CHECK(low_byte(i) == static_cast<std::uint8_t>(low_byte(i - 1) + 1));
  }
}

TEST_CASE("every bit flip and every truncation is refused, without a byte of plaintext") {
  for (const KeyType type : randomised_types) {
    const Aead aead = *Aead::create(Keyring::generate(type));
    const std::string sealed = *aead.encrypt(as_bytes("plaintext"), as_bytes("data"));
    const auto refused = [&](const std::string& changed) {
      std::string out(changed.size(), '?');
      Opening message{as_bytes(changed), as_bytes("data"), test::data_of(out)};
      aead.decrypt_many({&message, 1});
      CHECK_FALSE(message.ok);
      CHECK(message.size == 0);
      CHECK(out.find("plain") == std::string::npos);
    };
    test::for_each_bit_flip(sealed, refused);
    for (std::size_t size = 0; size < sealed.size(); ++size) refused(sealed.substr(0, size));
    refused(sealed + "x");
    CHECK_FALSE(aead.decrypt(as_bytes(sealed), as_bytes("date")).ok());
  }
}

TEST_CASE("every failure is the same error") {
  const Aead aead = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  const Aead other = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  const std::string sealed = *aead.encrypt(as_bytes("text"), {});
  for (const auto& result :
       {aead.decrypt({}, {}), aead.decrypt(as_bytes(sealed), as_bytes("other")),
        other.decrypt(as_bytes(sealed), {}), aead.decrypt(as_bytes(sealed).first(20), {})}) {
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == ErrorCode::crypto);
    CHECK(result.error().text() == "decryption failed");
  }
}

TEST_CASE("after a rotation the new key seals and both open, until the old one is disabled") {
  Keyring keyring = Keyring::generate(KeyType::aes256_gcm);
  const std::uint32_t first = keyring.primary_key_id();
  const std::string old_sealed = *Aead::create(keyring)->encrypt(as_bytes("old"), {});
  keyring.rotate(KeyType::x_aes_gcm);
  const Aead rotated = *Aead::create(keyring);
  CHECK(rotated.primary_key_id() == keyring.primary_key_id());
  CHECK(*rotated.decrypt(as_bytes(old_sealed), {}) == "old");
  const std::string new_sealed = *rotated.encrypt(as_bytes("new"), {});
  CHECK(*rotated.decrypt(as_bytes(new_sealed), {}) == "new");
  REQUIRE(keyring.disable(first).ok());
  const Aead without = *Aead::create(keyring);
  CHECK_FALSE(without.decrypt(as_bytes(old_sealed), {}).ok());
  CHECK(*without.decrypt(as_bytes(new_sealed), {}) == "new");
  REQUIRE(keyring.destroy(first).ok());
  CHECK_FALSE(Aead::create(keyring)->decrypt(as_bytes(old_sealed), {}).ok());
}

TEST_CASE("raw keys seal without a prefix and are tried after the prefixed ones") {
  const Keyring raw = raw_keyring(KeyType::aes256_gcm);
  const Aead raw_aead = *Aead::create(raw);
  const std::string sealed = *raw_aead.encrypt(as_bytes("text"), {});
  CHECK(sealed.size() == 12 + 4 + 16);
  const Keyring prefixed = Keyring::generate(KeyType::x_aes_gcm);
  const Aead both = *Aead::create(joined(prefixed, raw));
  CHECK(*both.decrypt(as_bytes(sealed), {}) == "text");
  CHECK(*both.decrypt(as_bytes(*Aead::create(prefixed)->encrypt(as_bytes("p"), {})), {}) == "p");
}

TEST_CASE("a deterministic key is refused by name") {
  Keyring keyring = Keyring::generate(KeyType::aes256_siv);
  const std::uint32_t siv = keyring.primary_key_id();
  const auto refused = Aead::create(keyring);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::config);
  CHECK(refused.error().message.starts_with(cat("key ", siv, " is aes256-siv")));
  keyring.rotate(KeyType::x_aes_gcm);
  CHECK_FALSE(Aead::create(keyring).ok());
  REQUIRE(keyring.disable(siv).ok());
  CHECK(Aead::create(keyring).ok());
}

TEST_CASE("a batch opens what it can and marks the rest") {
  const Aead aead = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  auto sealed = seal_all(aead, {"one", "two", "three"});
  sealed[1].back() = static_cast<char>(sealed[1].back() ^ 1);
  std::vector<std::string> out;
  for (const std::string& text : sealed) out.emplace_back(text.size(), '?');
  std::vector<Opening> messages;
  for (std::size_t i = 0; i < 3; ++i) {
    messages.push_back({as_bytes(sealed[i]), as_bytes("data"), test::data_of(out[i])});
  }
  aead.decrypt_many(messages);
  CHECK(messages[0].ok);
  CHECK_FALSE(messages[1].ok);
  CHECK(messages[2].ok);
  CHECK(out[2].substr(0, messages[2].size) == "three");
  aead.encrypt_many({});
  aead.decrypt_many({});
}

TEST_CASE("several threads use one Aead") {
  const Aead aead = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string text = cat("thread ", t, " message ", i);
        const auto sealed = aead.encrypt(as_bytes(text), as_bytes("data"));
        const auto opened = aead.decrypt(as_bytes(*sealed), as_bytes("data"));
        if (!opened.ok() || *opened != text) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("an Aead outlives its keyring and can be moved") {
  std::string sealed;
  Aead aead = [&] {
    const Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
    Aead made = *Aead::create(keyring);
    sealed = *made.encrypt(as_bytes("text"), {});
    return made;
  }();
  const Aead moved = std::move(aead);
  CHECK(*moved.decrypt(as_bytes(sealed), {}) == "text");
}
