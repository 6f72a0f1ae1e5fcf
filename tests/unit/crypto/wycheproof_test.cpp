// The Wycheproof vectors: every valid one accepted, every invalid one refused, none left out.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "modules/crypto/aes_gcm.h"
#include "modules/crypto/aes_siv.h"
#include "modules/crypto/age/x25519.h"
#include "modules/crypto/chacha_poly.h"
#include "modules/crypto/compare.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/ed25519.h"
#include "modules/crypto/kdf.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::unhex;
namespace json = boost::json;

namespace {

constexpr int skipped = 77;

json::value read_vectors(const std::string& name) {
  const char* environment = std::getenv("ADYTON_TEST_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(environment != nullptr ? environment : ADYTON_TEST_DATA) / "wycheproof";
  if (!std::filesystem::exists(folder)) {
    std::printf("SKIPPED: no test vectors at %s; set ADYTON_TEST_DATA\n", folder.c_str());
    std::exit(skipped);
  }
  std::ifstream file(folder / name);
  return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string bytes_of(const json::object& test, std::string_view name) {
  return unhex(std::string_view(test.at(name).get_string()));
}

/// Calls check(group, test) for each vector, which says whether the vector was accepted; returns
/// how many there were.
template <class Check>
int run(const json::value& file, Check check) {
  int count = 0;
  for (const json::value& group : file.at("testGroups").get_array()) {
    for (const json::value& value : group.at("tests").get_array()) {
      const json::object& test = value.get_object();
      CAPTURE(test.at("tcId").as_int64());
      CHECK(check(group.get_object(), test) == (test.at("result").get_string() == "valid"));
      ++count;
    }
  }
  CHECK(count == file.at("numberOfTests").as_int64());
  return count;
}

/// Sealing must give the vector's bytes, and opening must give the plaintext back.
template <class Cipher>
bool accepts(Cipher& cipher, const json::object& test) {
  const std::string nonce = bytes_of(test, "iv");
  const std::string data = bytes_of(test, "aad");
  const std::string plaintext = bytes_of(test, "msg");
  const std::string sealed = bytes_of(test, "ct") + bytes_of(test, "tag");
  const auto opened = test::open(cipher, nonce, data, sealed);
  const bool made = test::seal(cipher, nonce, data, plaintext) == sealed;
  CHECK(made == opened.ok);
  return opened.ok && opened.out == plaintext;
}

}  // namespace

TEST_CASE("AES-GCM: all key and nonce sizes") {
  CHECK(run(read_vectors("aes_gcm_test.json"), [](const auto&, const json::object& test) {
          // A nonce has at least one byte: the class's precondition.
          if (bytes_of(test, "iv").empty()) return false;
          AesGcm cipher(as_bytes(bytes_of(test, "key")));
          return accepts(cipher, test);
        }) == 316);
}

TEST_CASE("ChaCha20-Poly1305") {
  CHECK(run(read_vectors("chacha20_poly1305_test.json"), [](const auto&, const json::object& test) {
          if (bytes_of(test, "iv").size() != ChaCha20Poly1305::nonce_size) return false;
          ChaCha20Poly1305 cipher(as_bytes(bytes_of(test, "key")));
          return accepts(cipher, test);
        }) == 325);
}

TEST_CASE("AES-SIV-CMAC: all key sizes") {
  CHECK(run(read_vectors("aes_siv_cmac_test.json"), [](const auto&, const json::object& test) {
          AesSiv siv(as_bytes(bytes_of(test, "key")));
          const std::string sealed = bytes_of(test, "ct");
          const std::string plaintext = bytes_of(test, "msg");
          const std::string data = bytes_of(test, "aad");
          const Bytes part = as_bytes(data);
          std::string opened(sealed.size(), '\0');
          const bool ok = siv.open({&part, 1}, as_bytes(sealed), test::data_of(opened));
          std::string made(plaintext.size() + 16, '\0');
          siv.seal({&part, 1}, as_bytes(plaintext), test::data_of(made));
          CHECK((made == sealed) == ok);
          return ok && opened.substr(0, sealed.size() - 16) == plaintext;
        }) == 442);
}

TEST_CASE("HMAC-SHA256, whole and truncated tags") {
  CHECK(run(read_vectors("hmac_sha256_test.json"), [](const json::object& group,
                                                      const json::object& test) {
          const std::string made =
              hmac(Hash::sha256, as_bytes(bytes_of(test, "key")), as_bytes(bytes_of(test, "msg")));
          const auto size = static_cast<std::size_t>(group.at("tagSize").as_int64() / 8);
          return constant_time_equal(as_bytes(made).first(size), as_bytes(bytes_of(test, "tag")));
        }) == 174);
}

TEST_CASE("HKDF-SHA256") {
  CHECK(run(read_vectors("hkdf_sha256_test.json"), [](const auto&, const json::object& test) {
          const auto made = hkdf(Hash::sha256, as_bytes(bytes_of(test, "ikm")),
                                 as_bytes(bytes_of(test, "salt")), as_bytes(bytes_of(test, "info")),
                                 static_cast<std::size_t>(test.at("size").as_int64()));
          return made.ok() && *made == bytes_of(test, "okm");
        }) == 86);
}

TEST_CASE("Ed25519") {
  CHECK(run(read_vectors("ed25519_test.json"),
            [](const json::object& group, const json::object& test) {
              const std::string key = bytes_of(group.at("publicKey").get_object(), "pk");
              return Ed25519::verify(as_bytes(key), as_bytes(bytes_of(test, "sig")),
                                     as_bytes(bytes_of(test, "msg")));
            }) == 151);
}

// Wycheproof calls it acceptable that a point is on the twist, not canonical, or of low order. Here
// every point is taken (RFC 7748), but for those of low order, whose shared secret is zero.
TEST_CASE("X25519") {
  int zeros = 0;
  const json::value file = read_vectors("x25519_test.json");
  int count = 0;
  for (const json::value& group : file.at("testGroups").get_array()) {
    for (const json::value& value : group.at("tests").get_array()) {
      const json::object& test = value.get_object();
      CAPTURE(test.at("tcId").as_int64());
      const std::string shared = bytes_of(test, "shared");
      const auto made = age::x25519_shared(as_bytes(bytes_of(test, "private")),
                                           as_bytes(bytes_of(test, "public")));
      const bool zero = shared == std::string(32, '\0');
      CHECK(made.has_value() != zero);
      if (made) CHECK(as_text(made->bytes()) == shared);
      zeros += zero ? 1 : 0;
      ++count;
    }
  }
  CHECK(count == 518);
  CHECK(zeros == 31);
}
