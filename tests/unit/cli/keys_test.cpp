#include "host/cli/keys.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/base/text.h"
#include "modules/crypto/keyring.h"
#include "tests/unit/cli/support.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::cli;
using adyton::cli::test::Capture;

namespace {

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome keys(const std::vector<std::string>& args) {
  const auto os = make_os();
  Capture out(stdout);
  Capture err(stderr);
  const int code = keys_command(args, *os);
  return {code, out.text(), err.text()};
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

TEST_CASE("keys new makes a private keyring with one X-AES-GCM key and warns of it") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const Outcome made = keys({"new", path});
  CHECK(made.code == 0);
  CHECK(made.err.find("holds keys in the clear") != std::string::npos);
  const auto os = make_os();
  const auto keyring = crypto::load_keyring(*os, path);
  REQUIRE(keyring.ok());
  CHECK(keyring->keys().size() == 1);
  CHECK(keyring->keys()[0].type == crypto::KeyType::x_aes_gcm);
  CHECK(made.out == cat(path, ": new key ", keyring->primary_key_id(), " (x-aes-gcm)\n"));
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  CHECK((st.st_mode & 07777) == 0600);
}

TEST_CASE("keys new leaves an existing file alone") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(keys({"new", path}).code == 0);
  const std::string before = content(path);
  const Outcome again = keys({"new", path});
  CHECK(again.code == 1);
  CHECK(again.err.find("exists") != std::string::npos);
  CHECK(content(path) == before);
}

TEST_CASE("keys new takes every type, and a mistyped one is usage with a suggestion") {
  const TemporaryFolder folder;
  for (const std::string_view type : crypto::key_type_names()) {
    const std::string path = folder.file(std::string(type));
    CHECK(keys({"new", "--type", std::string(type), path}).code == 0);
    CHECK(keys({"list", path}).out.find(type) != std::string::npos);
  }
  const Outcome wrong = keys({"new", "--type", "aes256-gcn", folder.file("none")});
  CHECK(wrong.code == 2);
  CHECK(wrong.err.find("did you mean aes256-gcm?") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("none")));
}

TEST_CASE("keys rotate adds a primary of the same type and keeps the old key") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(keys({"new", path, "--type", "aes256-gcm"}).code == 0);
  const auto os = make_os();
  const std::uint32_t old_id = crypto::load_keyring(*os, path)->primary_key_id();
  CHECK(keys({"rotate", path}).code == 0);
  const auto rotated = crypto::load_keyring(*os, path);
  REQUIRE(rotated->keys().size() == 2);
  CHECK(rotated->keys()[0].id == old_id);
  CHECK(rotated->keys()[1].primary);
  CHECK(rotated->keys()[1].type == crypto::KeyType::aes256_gcm);
  CHECK(keys({"rotate", path, "--type=x-aes-gcm"}).code == 0);
  CHECK(crypto::load_keyring(*os, path)->keys()[2].type == crypto::KeyType::x_aes_gcm);
}

TEST_CASE("keys rotate does not mix deterministic keys with others") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(keys({"new", path}).code == 0);
  const std::string before = content(path);
  CHECK(keys({"rotate", path, "--type", "aes256-siv"}).code == 1);
  const Outcome refused = keys({"rotate", path, "--type", "HMAC_SHA256"});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("adyton keys new FILE --type hmac-sha256") != std::string::npos);
  CHECK(content(path) == before);
}

TEST_CASE("a keyring for hashes is made, rotated and listed like any other") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(keys({"new", path, "--type", "HMAC_SHA256"}).code == 0);
  const Outcome rotated = keys({"rotate", path, "--type", "hmac-sha512"});
  CHECK(rotated.code == 0);
  CHECK(rotated.out.find("(hmac-sha512) hashes from now on") != std::string::npos);
  const Outcome listed = keys({"list", path});
  CHECK(listed.out.find("hmac-sha256") < listed.out.find("hmac-sha512"));
  CHECK(keys({"rotate", path, "--type", "x-aes-gcm"}).code == 1);
}

TEST_CASE("keys list shows ids, types and states, and no key") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const auto os = make_os();
  crypto::Keyring keyring = crypto::Keyring::generate(crypto::KeyType::aes256_gcm);
  const std::uint32_t first = keyring.primary_key_id();
  const std::uint32_t second = keyring.rotate(crypto::KeyType::x_aes_gcm);
  REQUIRE(keyring.disable(first).ok());
  REQUIRE(crypto::save_keyring(*os, path, keyring, Existing::error).ok());
  const Outcome listed = keys({"list", path});
  CHECK(listed.code == 0);
  CHECK(listed.out.find(cat(first)) != std::string::npos);
  CHECK(listed.out.find("disabled") < listed.out.find(cat(second)));
  CHECK(listed.out.find("primary") > listed.out.find(cat(second)));
  const std::string json = content(path);
  for (std::size_t at = 0; (at = json.find("\"value\": \"", at)) != std::string::npos; ++at) {
    CHECK(listed.out.find(json.substr(at + 10, 12)) == std::string::npos);
  }
}

TEST_CASE("a file that is missing, damaged or readable by others is exit code 1") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  for (const std::string_view subcommand : {"list", "rotate"}) {
    CHECK(keys({std::string(subcommand), folder.file("none.json")}).code == 1);
  }
  REQUIRE(keys({"new", path}).code == 0);
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const Outcome open = keys({"list", path});
  CHECK(open.code == 1);
  CHECK(open.err.find(cat("chmod 600 ", path)) != std::string::npos);
}

TEST_CASE("wrong usage is exit code 2 and help is 0") {
  CHECK(keys({}).code == 2);
  CHECK(keys({"nwe", "x"}).code == 2);
  CHECK(keys({"new"}).code == 2);
  CHECK(keys({"new", "a", "b"}).code == 2);
  CHECK(keys({"list", "--type", "x-aes-gcm", "a"}).code == 2);
  CHECK(keys({"rot", "x"}).err.find("try: adyton keys --help") != std::string::npos);
  for (const std::vector<std::string>& help :
       {std::vector<std::string>{"--help"}, {"new", "--help"}, {"list", "--help"}}) {
    const Outcome shown = keys(help);
    CHECK(shown.code == 0);
    CHECK(shown.out.starts_with("usage: adyton keys"));
  }
}
