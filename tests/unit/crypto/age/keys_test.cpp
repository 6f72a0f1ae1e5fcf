// Recipients and identities: their texts and files.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "modules/crypto/age/identity.h"
#include "modules/crypto/age/recipient.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;

namespace {

// Of the age project's test vectors.
constexpr std::string_view identity_text =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

void write(const std::string& path, std::string_view text, unsigned mode) {
  std::ofstream(path) << text;
  std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
}

}  // namespace

TEST_CASE("an identity and its recipient come back from their texts") {
  const Identity identity = Identity::generate();
  const auto again = Identity::parse(identity.secret_text());
  REQUIRE(again.ok());
  CHECK(again->recipient() == identity.recipient());
  CHECK(*Recipient::parse(identity.recipient().text()) == identity.recipient());
  CHECK(identity.recipient().text().size() == 62);
  CHECK(identity.secret_text().size() == 74);
  CHECK(Identity::parse(identity_text)->secret_text() == identity_text);
  CHECK(Identity::generate().secret_text() != identity.secret_text());
}

TEST_CASE("what is no identity is refused without being told") {
  std::string text(identity_text);
  for (const std::string& wrong :
       {std::string(), text.substr(1), text + "A", std::string("age-secret-key-") + text.substr(15),
        text.substr(0, 40) + "Q" + text.substr(41)}) {
    const auto identity = Identity::parse(wrong);
    REQUIRE_FALSE(identity.ok());
    CHECK(identity.error().code == ErrorCode::config);
    CHECK(identity.error().message.find("AGE-SECRET-KEY-1,") != std::string::npos);
    CHECK(identity.error().message.find("EGTZ") == std::string::npos);
  }
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  CHECK_FALSE(Identity::parse(lower).ok());
  CHECK(Identity::parse(Identity::generate().recipient().text()).error().message ==
        "a recipient (age1…) stands where an identity (AGE-SECRET-KEY-1…) is expected");
}

TEST_CASE("what is no recipient is refused, an identity without being told") {
  const std::string text = Identity::generate().recipient().text();
  std::string upper = text;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  for (const std::string& wrong : {std::string(), upper, text.substr(1), text + "q", "x" + text,
                                   text.substr(0, 61) + (text[61] == 'q' ? "p" : "q")}) {
    const auto recipient = Recipient::parse(wrong);
    REQUIRE_FALSE(recipient.ok());
    CHECK(recipient.error().message.find("is no recipient") != std::string::npos);
  }
  const auto secret = Recipient::parse(identity_text);
  REQUIRE_FALSE(secret.ok());
  CHECK(secret.error().message.find("EGTZ") == std::string::npos);
  CHECK(secret.error().message.find("an identity stands where a recipient") == 0);
  CHECK(Recipient::parse("ssh-ed25519 AAAA").error().message.find("SSH") != std::string::npos);
}

TEST_CASE("lists have comments, empty lines and either end of line") {
  const std::string first = Identity::generate().recipient().text();
  const std::string second = Identity::generate().recipient().text();
  const auto recipients = parse_recipients("# who\r\n\r\n" + first + "\r\n\n" + second, "team.txt");
  REQUIRE(recipients.ok());
  REQUIRE(recipients->size() == 2);
  CHECK((*recipients)[1].text() == second);

  const auto wrong = parse_recipients("# who\n" + first + "\n age1\n", "team.txt");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().where == "team.txt:3");
  CHECK(parse_recipients("# none\n", "team.txt").error().text() == "team.txt: holds no recipient");
  CHECK(parse_identities("", "key.txt").error().text() == "key.txt: holds no identity");
  CHECK(parse_identities("-----BEGIN AGE ENCRYPTED FILE-----\n", "key.txt").error().text() ==
        "key.txt:1: is sealed itself; open it first, with: adyton open -p, and give that as "
        "identity");
}

TEST_CASE("an identity file is read back; one that others may read is refused") {
  const TemporaryFolder folder;
  const auto os = make_os();
  const std::string path = folder.file("key.txt");
  const Identity identity = Identity::generate();
  write(path, identity_file(identity, 1000000000), 0600);
  const std::string text = *read_file(*os, path);
  CHECK(text.starts_with("# created: 2001-09-09T01:46:40Z\n# public key: age1"));
  const auto read = load_identities(*os, path);
  REQUIRE(read.ok());
  REQUIRE(read->size() == 1);
  CHECK((*read)[0].recipient() == identity.recipient());

  const std::string link = folder.file("link.txt");
  std::filesystem::create_symlink(path, link);
  CHECK(load_identities(*os, link).error().message.find("is a symbolic link") != std::string::npos);
  CHECK(load_identities(*os, folder.file(".")).error().code == ErrorCode::config);
  write(path, text, 0640);
  CHECK(load_identities(*os, path).error().message ==
        path + " holds keys and can be read by others; run: chmod 600 " + path);
  const std::string large = folder.file("large.txt");
  write(large, std::string(300000, '#'), 0600);
  CHECK(load_identities(*os, large).error().code == ErrorCode::limit);
  CHECK(load_identities(*os, folder.file("none.txt")).error().code == ErrorCode::io);
}
