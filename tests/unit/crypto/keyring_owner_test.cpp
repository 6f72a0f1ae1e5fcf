#include <array>
#include <string>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/crypto/keyring_store.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

constexpr uid_t reader = 65534;
constexpr uid_t stranger = 4711;

/// What a child that is the user `reader` gets when it loads the file: "" if it can.
std::string refused_to_reader(const std::string& path) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string message = "no other user";
    if (::setresgid(reader, reader, reader) == 0 && ::setresuid(reader, reader, reader) == 0) {
      const auto loaded = load_keyring(*make_os(), path);
      message = loaded.ok() ? "" : loaded.error().message;
    }
    const bool written =
        ::write(ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  std::string message;
  std::array<char, 1000> block;
  for (ssize_t n = 0; (n = ::read(ends[0], block.data(), block.size())) > 0;) {
    message.append(block.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return message;
}

struct SharedFolder : TemporaryFolder {
  SharedFolder() { REQUIRE(::chmod(file(".").c_str(), 0755) == 0); }

  /// A keyring that anybody could read, of that user.
  std::string keyring_of(uid_t owner, const Keyring& keyring, mode_t mode) const {
    const std::string path = file("keys.json");
    REQUIRE(save_keyring(*make_os(), path, keyring, Existing::replace).ok());
    REQUIRE(::chown(path.c_str(), owner, owner) == 0);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
  }
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a keyring of a third user is refused to one who could read it") {
  if (::geteuid() != 0) {
    MESSAGE("only root can give files to others: keyring_store_test.cpp says it with a fake Os");
    return;
  }
  const SharedFolder folder;
  const Keyring secret = Keyring::generate(KeyType::x_aes_gcm);
  const Keyring open = *Keyring::generate(KeyType::ed25519).public_keyring();
  for (const mode_t mode : {0644, 0604}) {
    const std::string refused = refused_to_reader(folder.keyring_of(stranger, secret, mode));
    CHECK(contains(refused, "belongs to user 4711"));
    CHECK(contains(refused, "could put other keys there"));
  }
  // Public keys are no secret, but another's tell whose signatures count.
  CHECK(contains(refused_to_reader(folder.keyring_of(stranger, open, 0644)), "user 4711"));
  CHECK(refused_to_reader(folder.keyring_of(reader, secret, 0600)).empty());
  CHECK(refused_to_reader(folder.keyring_of(0, secret, 0644)).empty());
  CHECK(contains(refused_to_reader(folder.keyring_of(reader, secret, 0640)), "chmod 600"));
  CHECK(contains(refused_to_reader(folder.keyring_of(0, secret, 0600)), "Permission denied"));
}
