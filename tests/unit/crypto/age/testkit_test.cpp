// The age project's test files: each ends as its "expect" line says.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "modules/crypto/age/age.h"
#include "modules/crypto/age/reader.h"
#include "modules/crypto/age/x25519.h"
#include "modules/crypto/digest.h"
#include "tests/unit/crypto/age/support.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;
using crypto::test::hex;
using crypto::test::unhex;

namespace {

constexpr int skipped = 77;

std::filesystem::path folder(const char* name) {
  const char* environment = std::getenv("ADYTON_TEST_DATA");
  const std::filesystem::path path =
      std::filesystem::path(environment != nullptr ? environment : ADYTON_TEST_DATA) / name;
  if (!std::filesystem::exists(path)) {
    std::printf("SKIPPED: no test data at %s; set ADYTON_TEST_DATA\n", path.c_str());
    std::exit(skipped);
  }
  return path;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Vector {
  std::map<std::string, std::string> facts;
  std::string file;
};

Vector read_vector(const std::filesystem::path& path) {
  Vector vector;
  std::string_view left;
  const std::string content = content_of(path);
  for (left = content; !left.starts_with('\n');) {
    const std::string_view line = left.substr(0, left.find('\n'));
    vector.facts.emplace(line.substr(0, line.find(": ")), line.substr(line.find(": ") + 2));
    left.remove_prefix(line.size() + 1);
  }
  vector.file = left.substr(1);
  return vector;
}

/// In the words of the vectors; a failed decryption has one error, whatever failed.
std::string outcome(const Result<std::string>& text) {
  if (text) return "success";
  if (text.error().code == ErrorCode::invalid) return "header failure";
  CHECK(text.error().code == ErrorCode::crypto);
  CHECK(text.error().message == "decryption failed");
  return "decryption failed";
}

std::string expected(std::string_view expect) {
  if (expect == "success" || expect == "header failure") return std::string(expect);
  const bool known =
      expect == "HMAC failure" || expect == "no match" || expect == "payload failure";
  CHECK(known);
  return "decryption failed";
}

Result<std::string> streamed(const std::string& file, const Identities& identities) {
  ADYTON_TRY(const auto reader, Reader::create(age::test::in_pieces(file, 13), identities));
  std::string text;
  ADYTON_CHECK(reader->copy(age::test::into(text)));
  return text;
}

}  // namespace

TEST_CASE("the age project's test files") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder("age"))) {
    CAPTURE(entry.path().filename().string());
    const Vector vector = read_vector(entry.path());
    const Identities identities(*Identity::parse(vector.facts.at("identity")));
    const std::string expect = expected(vector.facts.at("expect"));
    for (const auto& text :
         {age::open(vector.file, identities), streamed(vector.file, identities)}) {
      CHECK(outcome(text) == expect);
      if (!text) continue;
      CHECK(hex(digest(Hash::sha256, as_bytes(*text))) == vector.facts.at("payload"));
    }
    ++count;
  }
  CHECK(count >= 36);
}

TEST_CASE("Wycheproof's X25519 vectors: those that give zero are refused") {
  const auto file = boost::json::parse(content_of(folder("wycheproof") / "x25519_test.json"));
  int count = 0;
  for (const auto& group : file.at("testGroups").as_array()) {
    for (const auto& test : group.at("tests").as_array()) {
      CAPTURE(test.at("tcId").as_int64());
      const auto bytes = [&](const char* name) {
        return unhex(std::string_view(test.at(name).as_string()));
      };
      const std::string expect = bytes("shared");
      const auto shared = x25519_shared(as_bytes(bytes("private")), as_bytes(bytes("public")));
      CHECK(shared.has_value() == (expect != std::string(32, '\0')));
      if (shared) CHECK(hex(shared->bytes()) == hex(expect));
      ++count;
    }
  }
  CHECK(count == file.at("numberOfTests").as_int64());
}
