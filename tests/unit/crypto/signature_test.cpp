#include "modules/crypto/signature.h"

#include <doctest/doctest.h>

#include "modules/crypto/aead.h"
#include "tests/unit/crypto/hex.h"
#include "tests/unit/crypto/tink_keyset.h"

using namespace adyton;
using namespace adyton::crypto;
using test::in_base64;
using test::tink_keyset;
using test::unhex;

namespace {

struct TinkKey {
  KeyType type;
  std::string_view message;  // without "PrivateKey"
  std::uint32_t id;
  std::string_view secret;
  std::string_view half;
  std::string_view signature;  // of "message"
};

// Made with Tink's Python library 1.16.
constexpr TinkKey tink_keys[] = {
    {KeyType::ed25519, "Ed25519", 490589914,
     "EiAfGpgCcG/xnKJkKq7mqs1QEA9koCFtZzNSZueD9G+cRBoiEiCDahWFrxFBzinRwrXkDU9FlPCJ0b6pRLl2SJmohEdV"
     "FQ==",
     "EiCDahWFrxFBzinRwrXkDU9FlPCJ0b6pRLl2SJmohEdVFQ==",
     "011d3dcedaf496cc04e46cd82889b7c363f405863d00c294f4489000ddb92ddbbf8c889f1c2562a9db4ffc5db6865"
     "7"
     "08a49397d80932f3e2f1e5d87ed048a01a18fb21b001"},
    {KeyType::ecdsa_p256, "Ecdsa", 1775571035,
     "EkwSBggDEAIYAhogkEuiwJnUbVOjQNd6NBpLYnS4cwGZR4qirkV2kJAxZTkiII/0uQFu8GgA5AOkaha4HHkfH0prnBKJ"
     "IzQ9VCDjDzbiGiAmLQxraeU+TiGmcqVc5xns/G0zoMl/4xVSJ6oqLB4iGA==",
     "EgYIAxACGAIaIJBLosCZ1G1To0DXejQaS2J0uHMBmUeKoq5FdpCQMWU5IiCP9LkBbvBoAOQDpGoWuBx5Hx9Ka5wSiSM0"
     "PVQg4w824g==",
     "0169d5105b304402204f7e7a371fab6a553d1c815c127e564b9f6a7ecca76729693ac27a7c0b4b661e022039cf576"
     "6"
     "6358d9760cae7295bcbeb22bf4bdb21d7aed68ca9f22d1b58ed71873"},
    {KeyType::ecdsa_p256_ieee_p1363, "Ecdsa", 1485451591,
     "EkwSBggDEAIYARogrU9hDGIrDSTNObkm1X8cMmbIdJ6eV6z6Rl320G5OeCgiIFWDF4n5g72/i7vbVkf81eKDQuf2jtaZ"
     "1k9oENpZFLlTGiDv3vVEoI/mv+PQ9DsualECzn1J6gV/YsNAwcVlj1YhCA==",
     "EgYIAxACGAEaIK1PYQxiKw0kzTm5JtV/HDJmyHSenles+kZd9tBuTngoIiBVgxeJ+YO9v4u721ZH/NXig0Ln9o7WmdZP"
     "aBDaWRS5Uw==",
     "01588a3147a6bfacdaff290793f958f7205689683588b89ec288c157185de4d8f391870dd97b5e573b9c6d42a8a41"
     "8"
     "d1c92de4697d7e3e0ffb0bfbfccfa78bb140b25ede90"},
};

std::string private_keyset(const TinkKey& key, std::string_view value) {
  return tink_keyset(cat(key.message, "PrivateKey"), value, key.id, "ASYMMETRIC_PRIVATE", "TINK");
}

std::string public_keyset(const TinkKey& key, std::string_view value) {
  return tink_keyset(cat(key.message, "PublicKey"), value, key.id, "ASYMMETRIC_PUBLIC", "TINK");
}

std::string refusal(const std::string& json) {
  const auto keyring = Keyring::parse(json);
  REQUIRE_FALSE(keyring.ok());
  return keyring.error().message;
}

const std::string generator_x =
    unhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
const std::string generator_y =
    unhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");

std::string field(std::string_view tag, std::string_view bytes) {
  return unhex(tag) + static_cast<char>(bytes.size()) + std::string(bytes);
}

std::string ecdsa_public(std::string_view params, std::string_view x, std::string_view y) {
  return field("12", unhex(params)) + field("1a", x) + field("22", y);
}

constexpr std::string_view der_params = "080310021802";

}  // namespace

TEST_CASE("Tink's keys are read, written byte for byte, and verify what Tink signed") {
  for (const TinkKey& key : tink_keys) {
    CAPTURE(key.message);
    const auto keyring = Keyring::parse(private_keyset(key, key.secret));
    REQUIRE(keyring.ok());
    CHECK(keyring->primary_type() == key.type);
    CHECK(keyring->keys()[0].part == KeyPart::private_key);
    CHECK(keyring->holds_secrets());
    CHECK(keyring->to_json().find(key.secret) != std::string::npos);
    const auto half = keyring->public_keyring();
    REQUIRE(half.ok());
    CHECK_FALSE(half->holds_secrets());
    const std::string json = half->to_json();
    CHECK(json.find(key.half) != std::string::npos);
    CHECK(json.find("ASYMMETRIC_PUBLIC") != std::string::npos);
    CHECK(Keyring::parse(public_keyset(key, key.half))->to_json() == json);
    const Verifier verifier = *Verifier::create(*half);
    CHECK(verifier.verify(as_bytes(unhex(key.signature)), as_bytes("message")));
    CHECK_FALSE(verifier.verify(as_bytes(unhex(key.signature)), as_bytes("messagf")));
  }
}

TEST_CASE("what a Signer made verifies with either half, and no changed one does") {
  for (const KeyType type :
       {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p256_ieee_p1363}) {
    const Keyring keyring = Keyring::generate(type);
    const Signer signer = *Signer::create(keyring);
    const std::string signature = signer.sign(as_bytes("m"));
    CHECK(signer.sign(as_bytes("m")) == signature);
    CHECK(signer.key_id() == keyring.primary_key_id());
    if (type != KeyType::ecdsa_p256) CHECK(signature.size() == 5 + 64);
    const Keyring half = *keyring.public_keyring();
    for (const Keyring* with : {&keyring, &half}) {
      const Verifier verifier = *Verifier::create(*with);
      CHECK(verifier.primary_key_id() == keyring.primary_key_id());
      CHECK(verifier.verify(as_bytes(signature), as_bytes("m")));
      CHECK_FALSE(verifier.verify(as_bytes(signature), {}));
      CHECK_FALSE(verifier.verify(as_bytes(signature + "x"), as_bytes("m")));
      for (std::size_t size = 0; size < signature.size(); ++size) {
        CHECK_FALSE(verifier.verify(as_bytes(signature).first(size), as_bytes("m")));
      }
      test::for_each_bit_flip(signature, [&](const std::string& changed) {
        CHECK_FALSE(verifier.verify(as_bytes(changed), as_bytes("m")));
      });
    }
  }
}

TEST_CASE("after a rotation old signatures verify, until their key is disabled") {
  Keyring keyring = Keyring::generate(KeyType::ed25519);
  const std::uint32_t first = keyring.primary_key_id();
  const std::string old = Signer::create(keyring)->sign(as_bytes("m"));
  keyring.rotate(KeyType::ecdsa_p256);
  const Verifier verifier = *Verifier::create(*keyring.public_keyring());
  CHECK(verifier.verify(as_bytes(old), as_bytes("m")));
  CHECK(verifier.verify(as_bytes(Signer::create(keyring)->sign(as_bytes("m"))), as_bytes("m")));
  REQUIRE(keyring.disable(first).ok());
  CHECK_FALSE(Verifier::create(keyring)->verify(as_bytes(old), as_bytes("m")));
  REQUIRE(keyring.destroy(first).ok());
  CHECK(Keyring::parse(keyring.public_keyring()->to_json())->keys()[0].type == KeyType::ed25519);
}

TEST_CASE("a public key signs nothing, and keys for other purposes do neither") {
  const Keyring keyring = Keyring::generate(KeyType::ecdsa_p256);
  const auto refused = Signer::create(*keyring.public_keyring());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.starts_with(
      cat("key ", keyring.primary_key_id(), " is a public key, which verifies only")));
  for (const std::string_view name : key_type_names()) {
    const KeyType type = *parse_key_type(name);
    const bool signs = key_purpose(type) == KeyPurpose::signature;
    const Keyring other = Keyring::generate(type);
    CHECK(Signer::create(other).ok() == signs);
    CHECK(Verifier::create(other).ok() == signs);
    CHECK(other.public_keyring().ok() == signs);
  }
  CHECK(Aead::create(keyring).error().message ==
        cat("key ", keyring.primary_key_id(),
            " is ecdsa-p256, a key for signatures, which an Aead does not take; use a Signer or "
            "Verifier, make a keyring of type x-aes-gcm, or disable the key"));
}

TEST_CASE("a public key that is no point of the curve is refused") {
  const TinkKey& key = tink_keys[1];
  const auto with = [&](std::string_view x, std::string_view y) {
    return public_keyset(key, in_base64(ecdsa_public(der_params, x, y)));
  };
  REQUIRE(Keyring::parse(with(generator_x, generator_y)).ok());
  const std::string no_point = cat("key ", key.id, " has a public key that is no point of P-256");
  CHECK(refusal(with(generator_x, generator_x)) == no_point);
  CHECK(refusal(with("", "")) == no_point);
  CHECK(refusal(with("\x01" + generator_x, generator_y)) == no_point);
  CHECK(refusal(with(generator_x, "")) == no_point);
  // Zeros in front, as Tink's older versions wrote numbers, are written without.
  const auto padded = Keyring::parse(with(std::string(1, '\0') + generator_x, generator_y));
  REQUIRE(padded.ok());
  CHECK(padded->to_json() == Keyring::parse(with(generator_x, generator_y))->to_json());
}

TEST_CASE("a private key whose halves do not belong together is refused") {
  const TinkKey& key = tink_keys[1];
  const std::string half = ecdsa_public(der_params, generator_x, generator_y);
  const auto with = [&](std::string_view scalar) {
    return private_keyset(key, in_base64(field("12", half) + field("1a", scalar)));
  };
  CHECK(Keyring::parse(with("\x01")).ok());  // the generator's own
  CHECK(refusal(with("\x02")) ==
        cat("key ", key.id, " has a public half that belongs to another key"));
  const std::string no_secret =
      cat("key ", key.id, " has a key value that is no secret key of P-256");
  CHECK(refusal(with("")) == no_secret);
  CHECK(refusal(with(std::string(32, '\xff'))) == no_secret);
  CHECK(refusal(with(std::string(33, '\x01'))) == no_secret);

  const TinkKey& ed = tink_keys[0];
  const auto pair = [&](const std::string& secret, const std::string& point) {
    return private_keyset(ed, in_base64(field("12", secret) + field("1a", field("12", point))));
  };
  CHECK(refusal(pair(std::string(32, 'a'), std::string(32, 'b'))) ==
        cat("key ", ed.id, " has a public half that belongs to another key"));
  CHECK(refusal(pair(std::string(31, 'a'), std::string(32, 'b'))) ==
        cat("key ", ed.id, " has a key value of a wrong size for Ed25519PrivateKey"));
  CHECK(refusal(pair(std::string(32, 'a'), "")) ==
        cat("key ", ed.id, " has a public key of a wrong size for Ed25519"));
}

TEST_CASE("an ECDSA that Adyton does not have, and a wrong key material type, are refused") {
  const TinkKey& key = tink_keys[1];
  const std::string other = cat("key ", key.id,
                                " has an ECDSA that Adyton does not have; it has ECDSA_P256 and "
                                "ECDSA_P256_IEEE_P1363, with SHA-256");
  for (const std::string_view params :
       {"080410021802", "080310031802", "080310021800", "080310021803", ""}) {
    CHECK(refusal(public_keyset(key, in_base64(ecdsa_public(params, generator_x, generator_y)))) ==
          other);
  }
  CHECK(refusal(tink_keyset("EcdsaPublicKey", key.half, 7, "ASYMMETRIC_PRIVATE", "TINK")) ==
        "key 7 has the key material type ASYMMETRIC_PRIVATE, which is not its type's");
  CHECK(refusal(tink_keyset("EcdsaPrivateKey", key.secret, 7, "SYMMETRIC", "TINK")) ==
        "key 7 has the key material type SYMMETRIC, which is not its type's");
}

TEST_CASE("every truncation of a signing key's message is refused, in words without the key") {
  for (const TinkKey& key : tink_keys) {
    std::string message(base64::decoded_capacity(key.secret.size()), '\0');
    message.resize(*base64::decode(key.secret, test::data_of(message), base64::Alphabet::standard));
    for (std::size_t size = 0; size < message.size(); ++size) {
      CAPTURE(size);
      const auto text = refusal(private_keyset(key, in_base64(message.substr(0, size))));
      CHECK(text.find(key.secret.substr(8, 8)) == std::string::npos);
    }
  }
}
