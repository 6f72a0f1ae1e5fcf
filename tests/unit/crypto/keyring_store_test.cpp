#include "modules/crypto/keyring_store.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/text.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

// A system in which a name is taken between the look and the rename, and more goes wrong.
class RacingOs final : public Os {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path) override { return os_->open(path); }
  Result<OpenedFile> open_itself(const std::string& path) override {
    ADYTON_TRY(OpenedFile opened, os_->open_itself(path));
    if (owner) opened.info.owner = *owner;
    return opened;
  }
  Result<std::unique_ptr<File>> create(const std::string& path, Existing existing) override {
    return os_->create(path, existing);
  }
  Result<std::unique_ptr<File>> reopen(const std::string& path, std::uint64_t length) override {
    return os_->reopen(path, length);
  }
  Status rename(const std::string& from, const std::string& to, Existing existing) override {
    if (fails_to_rename) return Error{ErrorCode::io, "no rename"};
    return os_->rename(from, to, existing);
  }
  Status remove(const std::string& path) override { return os_->remove(path); }
  Status remove_directory(const std::string& path) override { return os_->remove_directory(path); }
  Status sync_directory(const std::string& path) override { return os_->sync_directory(path); }
  Status make_directories(const std::string& path) override { return os_->make_directories(path); }
  Result<FileInfo> info(const std::string& path) override { return os_->info(path); }
  bool exists(const std::string&) override { return false; }
  Clock::time_point now() override { return os_->now(); }
  std::int64_t unix_time() override { return os_->unix_time(); }
  std::unique_ptr<File> standard_input() override { return os_->standard_input(); }
  std::unique_ptr<File> standard_output() override { return os_->standard_output(); }

  std::optional<std::uint32_t> owner;  // whom files seem to belong to
  bool fails_to_rename = false;

 private:
  std::unique_ptr<Os> os_ = make_os();
};

unsigned mode_of(const std::string& path) {
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  return st.st_mode & 07777;
}

}  // namespace

TEST_CASE("a saved keyring is read back and only its owner can read the file") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  const mode_t mask = ::umask(0);
  const Status saved = save_keyring(*os, path, keyring, Existing::error);
  ::umask(mask);
  REQUIRE(saved.ok());
  CHECK(mode_of(path) == 0600);
  const auto back = load_keyring(*os, path);
  REQUIRE(back.ok());
  CHECK(back->to_json() == keyring.to_json());
}

TEST_CASE("a keyring that others can read is refused, with the way out") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(save_keyring(*os, path, Keyring::generate(KeyType::x_aes_gcm), Existing::error).ok());
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0666}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto loaded = load_keyring(*os, path);
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().code == ErrorCode::config);
    CHECK(loaded.error().message.ends_with(cat("run: chmod 600 ", path)));
  }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  CHECK(load_keyring(*os, path).ok());
}

TEST_CASE("a keyring is not overwritten unless asked, and then whole") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const Keyring first = Keyring::generate(KeyType::x_aes_gcm);
  const Keyring second = Keyring::generate(KeyType::aes256_siv);
  REQUIRE(save_keyring(*os, path, first, Existing::error).ok());
  const Status refused = save_keyring(*os, path, second, Existing::error);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::config);
  CHECK(load_keyring(*os, path)->to_json() == first.to_json());
  REQUIRE(save_keyring(*os, path, second, Existing::replace).ok());
  CHECK(load_keyring(*os, path)->to_json() == second.to_json());
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("a file that is no keyring is an error that names the file") {
  const auto os = make_os();
  const TemporaryFolder folder;
  CHECK(load_keyring(*os, folder.file("none.json")).error().code == ErrorCode::io);
  const std::string path = folder.file("other.json");
  std::ofstream(path) << "{}";
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  CHECK(load_keyring(*os, path).error().where == path);
  CHECK(load_keyring(*os, path).error().code == ErrorCode::config);
  std::ofstream(path) << std::string(300 * 1024, ' ');
  CHECK(load_keyring(*os, path).error().code == ErrorCode::limit);
}

TEST_CASE("a keyring that appears at the last moment is not overwritten") {
  RacingOs os;
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const Keyring first = Keyring::generate(KeyType::x_aes_gcm);
  REQUIRE(save_keyring(os, path, first, Existing::error).ok());
  const Status refused =
      save_keyring(os, path, Keyring::generate(KeyType::x_aes_gcm), Existing::error);
  CHECK_FALSE(refused.ok());
  CHECK(load_keyring(os, path)->to_json() == first.to_json());
}

TEST_CASE("a keyring is saved and loaded in each of its forms, told by how it begins") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const Keyring keyring = Keyring::generate(KeyType::ed25519);
  const Aead aead = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  const AeadWrapper wrapper(aead);
  age::Identity identity = age::Identity::generate();
  const auto recipients = age::Recipients::of({identity.recipient()});
  const age::Identities identities(std::move(identity));
  const auto passphrase = age::Recipients::passphrase("correct horse", 2);
  const auto remembered = age::Identities::passphrase("correct horse");
  REQUIRE((recipients.ok() && passphrase.ok() && remembered.ok()));
  struct Case {
    KeyringForm form;
    KeyringSealer sealer;
    KeyringOpener opener;
  };
  const std::vector<Case> cases{
      {KeyringForm::cleartext, {}, {}},
      {KeyringForm::wrapped, &wrapper, {.wrapper = &wrapper}},
      {KeyringForm::age, &*recipients, {.identities = &identities}},
      {KeyringForm::age, &*passphrase, {.identities = &*remembered}},
  };
  const std::string value = keyring.to_json().substr(150, 40);
  for (const Case& each : cases) {
    CAPTURE(form_name(each.form));
    const std::string path = folder.file("keys");
    REQUIRE(save_keyring(*os, path, keyring, Existing::replace, each.sealer).ok());
    CHECK(mode_of(path) == 0600);
    const auto loaded = load_keyring_and_form(*os, path, each.opener);
    REQUIRE(loaded.ok());
    CHECK(loaded->form == each.form);
    CHECK(loaded->keyring.to_json() == keyring.to_json());
    const std::string content = *read_file(*os, path);
    CHECK(form_of(content) == each.form);
    if (each.form == KeyringForm::cleartext) continue;
    CHECK(content.find(value) == std::string::npos);
    const auto closed = load_keyring(*os, path);
    REQUIRE_FALSE(closed.ok());
    CHECK(closed.error().code == ErrorCode::config);
    CHECK(closed.error().where == path);
    // A sealed file may be seen.
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    CHECK(load_keyring(*os, path, each.opener).ok());
  }
}

TEST_CASE("a sealed keyring does not open with another key, nor cut, nor changed") {
  const Keyring keyring = Keyring::generate(KeyType::x_aes_gcm);
  const Aead right = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  const Aead wrong = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
  const AeadWrapper wrapper(right);
  const AeadWrapper other(wrong);
  const std::string sealed = *seal_keyring(keyring, &wrapper);
  const auto refused = open_keyring(sealed, {.wrapper = &other});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::crypto);
  CHECK(refused.error().message == "decryption failed");
  const std::size_t end = sealed.find('"', sealed.find("\": \"") + 4);
  for (std::size_t at = sealed.find("\": \"") + 4; at < end; ++at) {
    std::string changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(open_keyring(changed, {.wrapper = &wrapper}).ok());
  }
  age::Identity mine = age::Identity::generate();
  const auto recipients = age::Recipients::of({mine.recipient()});
  const age::Identities right_one(std::move(mine));
  const age::Identities wrong_one(age::Identity::generate());
  const std::string file = *seal_keyring(keyring, &*recipients);
  CHECK(open_keyring(file, {.identities = &right_one}).ok());
  CHECK(open_keyring(file, {.identities = &wrong_one}).error().code == ErrorCode::crypto);
  for (std::size_t size = 1; size < file.size() - 2; size += 7) {
    CHECK_FALSE(
        open_keyring(std::string_view(file).substr(0, size), {.identities = &right_one}).ok());
  }
}

TEST_CASE("no link is followed, neither for reading nor for writing, and only files are read") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const std::string link = folder.file("link.json");
  const Keyring first = Keyring::generate(KeyType::x_aes_gcm);
  REQUIRE(save_keyring(*os, path, first, Existing::error).ok());
  std::filesystem::create_symlink(path, link);
  const auto refused = load_keyring(*os, link);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::config);
  CHECK(refused.error().message.find("is a symbolic link") != std::string::npos);
  CHECK_FALSE(save_keyring(*os, link, first, Existing::error).ok());
  const Keyring second = Keyring::generate(KeyType::x_aes_gcm);
  REQUIRE(save_keyring(*os, link, second, Existing::replace).ok());
  CHECK_FALSE(std::filesystem::is_symlink(link));
  CHECK(load_keyring(*os, path)->to_json() == first.to_json());
  CHECK(load_keyring(*os, folder.file(".")).error().code == ErrorCode::config);
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(load_keyring(*os, folder.file("pipe")).error().message.find("no ordinary file") !=
        std::string::npos);
}

TEST_CASE("a file of another user is refused, unless it is root's or this user is root") {
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  RacingOs os;
  REQUIRE(save_keyring(os, path, Keyring::generate(KeyType::x_aes_gcm), Existing::error).ok());
  os.owner = ::geteuid() + 4711;
  const auto loaded = load_keyring(os, path);
  if (::geteuid() == 0) {
    CHECK(loaded.ok());
    return;
  }
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().message.find("could put other keys there") != std::string::npos);
  os.owner = 0;
  CHECK(load_keyring(os, path).ok());
}

TEST_CASE("a public keyring is no secret: its file may be read by others") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const std::string path = folder.file("public.json");
  const Keyring keyring = Keyring::generate(KeyType::ecdsa_p256);
  REQUIRE(save_keyring(*os, path, *keyring.public_keyring(), Existing::error).ok());
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK(load_keyring(*os, path).ok());
  REQUIRE(save_keyring(*os, path, keyring, Existing::replace).ok());
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK(load_keyring(*os, path).error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("while a keyring is written nothing but its own new file is touched") {
  const auto os = make_os();
  const TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  REQUIRE(save_keyring(*os, path, Keyring::generate(KeyType::x_aes_gcm), Existing::error).ok());
  CHECK(std::distance(std::filesystem::directory_iterator(folder.file(".")), {}) == 1);
  RacingOs racing;
  racing.fails_to_rename = true;
  CHECK_FALSE(
      save_keyring(racing, path, Keyring::generate(KeyType::x_aes_gcm), Existing::replace).ok());
  CHECK(std::distance(std::filesystem::directory_iterator(folder.file(".")), {}) == 1);
}
