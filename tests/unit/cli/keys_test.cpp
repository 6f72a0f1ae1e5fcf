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
#include "modules/crypto/keyring_store.h"
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

TEST_CASE("every subcommand is told of, and tells of itself") {
  const std::string all = keys({"--help"}).out;
  for (const std::string name : {"new", "list", "rotate", "promote", "enable", "disable", "destroy",
                                 "public", "convert", "identity"}) {
    CAPTURE(name);
    CHECK(all.find(cat("\n  ", name)) != std::string::npos);
    const Outcome shown = keys({name, "--help"});
    CHECK(shown.code == 0);
    CHECK(shown.out.starts_with(cat("usage: adyton keys ", name)));
  }
  CHECK(keys({"identiy"}).err.find("did you mean identity?") != std::string::npos);
}

TEST_CASE("keys identity makes a private file once and tells the recipient") {
  const TemporaryFolder folder;
  const std::string path = folder.file("me.txt");
  const Outcome made = keys({"identity", "-o", path});
  CHECK(made.code == 0);
  CHECK(made.out.starts_with("age1"));
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  CHECK((st.st_mode & 07777) == 0600);
  CHECK(keys({"identity", "--recipient", path}).out == made.out);
  const std::string before = content(path);
  const Outcome refused = keys({"identity", "-o", path});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("me.txt exists") != std::string::npos);
  CHECK(content(path) == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.file(".")), {}) == 1);
}

TEST_CASE("keys are promoted, disabled, enabled and destroyed by id") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const auto os = make_os();
  REQUIRE(keys({"new", path}).code == 0);
  const auto first = cat(crypto::load_keyring(*os, path)->primary_key_id());
  REQUIRE(keys({"rotate", path}).code == 0);
  const auto second = cat(crypto::load_keyring(*os, path)->primary_key_id());
  CHECK(keys({"promote", path, first}).out ==
        cat(path, ": key ", first, " is the primary from now on\n"));
  CHECK(keys({"disable", path, second}).code == 0);
  CHECK(keys({"promote", path, second}).err.find("is disabled; enable it") != std::string::npos);
  CHECK(keys({"enable", path, second}).code == 0);
  const Outcome primary = keys({"disable", path, first});
  CHECK(primary.code == 1);
  CHECK(primary.err.find(cat(path, ": key ", first, " is the primary")) != std::string::npos);
  CHECK(keys({"destroy", path, second}).code == 0);
  CHECK(keys({"list", path}).out.find("destroyed") != std::string::npos);
  CHECK(keys({"enable", path, second}).code == 1);
  CHECK(keys({"enable", path, "4711"}).code == 1);
  CHECK(keys({"enable", path, "x"}).code == 2);
  CHECK(keys({"enable", path}).code == 2);
  CHECK(keys({"enable"}).code == 2);
}

TEST_CASE("keys list --json is JSON with everything but the keys") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(keys({"new", path, "--type", "ed25519"}).code == 0);
  const auto os = make_os();
  const auto id = crypto::load_keyring(*os, path)->primary_key_id();
  CHECK(keys({"list", path, "--json"}).out ==
        cat("{\n  \"purpose\": \"signature\",\n  \"sealed\": false,\n  \"keys\": [\n    {\"id\": ",
            id,
            ", \"type\": \"ed25519\", \"status\": \"enabled\", \"prefix\": \"tink\", \"part\": "
            "\"private\", \"primary\": true}\n  ]\n}\n"));
}

TEST_CASE("keys public writes the halves that verify, and no secret") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const std::string half = folder.file("public.json");
  REQUIRE(keys({"new", path, "--type", "ecdsa-p256"}).code == 0);
  const Outcome shown = keys({"public", path});
  CHECK(shown.code == 0);
  CHECK(shown.out.find("ASYMMETRIC_PUBLIC") != std::string::npos);
  CHECK(shown.out.find("ASYMMETRIC_PRIVATE") == std::string::npos);
  CHECK(keys({"public", path, "--output", half}).err.empty());
  CHECK(content(half) == shown.out);
  CHECK(keys({"public", path, "--output", half}).code == 1);
  CHECK(keys({"list", half}).out.find("public  primary") != std::string::npos);
  CHECK(keys({"rotate", half}).err.find("holds public keys only") != std::string::npos);
  REQUIRE(keys({"new", folder.file("aead")}).code == 0);
  CHECK(keys({"public", folder.file("aead")}).code == 1);
}

TEST_CASE("a keyring is sealed by a command, changed so, and converted") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const std::string program = folder.file("kms");
  std::ofstream(folder.file("wrong")) << "#!/bin/sh\necho no such key >&2; exit 9\n";
  std::ofstream(program) << "#!/bin/sh\n[ \"$2\" = encrypt ] && exec tr 'a-z' 'b-za'\n"
                            "exec tr 'b-za' 'a-z'\n";
  REQUIRE(::chmod(program.c_str(), 0700) == 0);
  REQUIRE(::chmod(folder.file("wrong").c_str(), 0700) == 0);
  const std::string command = cat(program, " pii");
  const Outcome made = keys({"new", path, "--command", command});
  CHECK(made.code == 0);
  CHECK(made.err.empty());
  CHECK(content(path).find("\"encryptedKeyset\"") != std::string::npos);
  const Outcome closed = keys({"list", path});
  CHECK(closed.code == 1);
  CHECK(closed.err.find(cat(path, ": is sealed by a key or a command")) != std::string::npos);
  CHECK(keys({"list", path, "--command", folder.file("wrong")})
            .err.find("failed with exit code 9: \"no such key\"") != std::string::npos);
  CHECK(keys({"rotate", path, "--command", command}).code == 0);
  CHECK(content(path).find("\"encryptedKeyset\"") != std::string::npos);
  CHECK(keys({"list", path, "--json", "--command", command}).out.find("\"sealed\": true") !=
        std::string::npos);
  CHECK(keys({"convert", path, "--command", command}).code == 2);
  const std::string clear = folder.file("clear.json");
  const Outcome converted =
      keys({"convert", path, "--command", command, "--to-cleartext", "--output", clear});
  CHECK(converted.code == 0);
  CHECK(converted.err.find("holds keys in the clear") != std::string::npos);
  CHECK(keys({"list", clear}).out == keys({"list", path, "--command", command}).out);
  CHECK(keys({"convert", clear, "--to-cleartext", "--to-command", "x"}).code == 2);
  CHECK(keys({"convert", clear, "--to-cleartext", "--output", path}).code == 1);
  CHECK(keys({"new", folder.file("x"), "--command", " "}).code == 1);
}

TEST_CASE("a keyring is sealed by a passphrase or to recipients, and stays so when it is changed") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.age");
  const std::string identity_path = folder.file("me.txt");
  const crypto::age::Identity identity = crypto::age::Identity::generate();
  const std::string recipient = identity.recipient().text();
  std::ofstream(identity_path) << identity.secret_text() << '\n';
  REQUIRE(::chmod(identity_path.c_str(), 0600) == 0);
  REQUIRE(keys({"new", path, "--recipient", recipient}).code == 0);
  CHECK(content(path).starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
  CHECK(keys({"list", path, "-i", identity_path}).code == 0);
  const Outcome unknown = keys({"rotate", path, "-i", identity_path});
  CHECK(unknown.code == 1);
  CHECK(unknown.err.find("name all the recipients") != std::string::npos);
  CHECK(keys({"rotate", path, "-i", identity_path, "-r", recipient}).code == 0);
  REQUIRE(::setenv("KEYS_TEST_PASSPHRASE", "correct horse", 1) == 0);
  CHECK(keys({"convert", path, "-i", identity_path, "--work-factor", "2", "--to-passphrase-env",
              "KEYS_TEST_PASSPHRASE"})
            .code == 0);
  CHECK(keys({"list", path, "-i", identity_path}).code == 1);
  CHECK(keys({"rotate", path, "--work-factor", "2", "--passphrase-env", "KEYS_TEST_PASSPHRASE"})
            .code == 0);
  const Outcome unset = keys({"list", path, "--passphrase-env", "KEYS_TEST_UNSET"});
  CHECK(unset.code == 1);
  CHECK(unset.err.find("\"KEYS_TEST_UNSET\" is not set") != std::string::npos);
  REQUIRE(::setenv("KEYS_TEST_PASSPHRASE", "wrong donkey", 1) == 0);
  const Outcome wrong = keys({"list", path, "--passphrase-env", "KEYS_TEST_PASSPHRASE"});
  CHECK(wrong.err.find("decryption failed") != std::string::npos);
  CHECK(wrong.err.find("donkey") == std::string::npos);
  ::unsetenv("KEYS_TEST_PASSPHRASE");
}
