#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/text.h"
#include "modules/crypto/keyring.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

// A system in which a name is taken between the look and the rename.
class RacingOs final : public Os {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path) override { return os_->open(path); }
  Result<std::unique_ptr<File>> create(const std::string& path, Existing existing) override {
    return os_->create(path, existing);
  }
  Result<std::unique_ptr<File>> reopen(const std::string& path, std::uint64_t length) override {
    return os_->reopen(path, length);
  }
  Status rename(const std::string& from, const std::string& to, Existing existing) override {
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
