#include "host/base/os.h"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/text.h"

using namespace adyton;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/adyton-os-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(std::string_view name) const { return cat(path, '/', name); }

  std::string path;
};

}  // namespace

TEST_CASE("a file written is read back, and is its owner's alone") {
  Folder folder;
  const auto os = make_os();
  REQUIRE(write_file(*os, folder / "a", "content", Existing::error).ok());
  CHECK(*read_file(*os, folder / "a") == "content");
  struct stat st;
  REQUIRE(::stat((folder / "a").c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
  CHECK(os->info(folder / "a")->size == 7);
}

TEST_CASE("an existing file is kept unless replacing was asked for, and no temporary file stays") {
  Folder folder;
  const auto os = make_os();
  REQUIRE(write_file(*os, folder / "a", "old", Existing::error).ok());
  CHECK_FALSE(write_file(*os, folder / "a", "new", Existing::error).ok());
  CHECK(*read_file(*os, folder / "a") == "old");
  CHECK(write_file(*os, folder / "a", "new", Existing::replace).ok());
  CHECK(*read_file(*os, folder / "a") == "new");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("rename does not replace unless told to") {
  Folder folder;
  const auto os = make_os();
  REQUIRE(write_file(*os, folder / "a", "a", Existing::error).ok());
  REQUIRE(write_file(*os, folder / "b", "b", Existing::error).ok());
  CHECK_FALSE(os->rename(folder / "a", folder / "b", Existing::error).ok());
  CHECK(*read_file(*os, folder / "b") == "b");
  CHECK(os->rename(folder / "a", folder / "b", Existing::replace).ok());
  CHECK(*read_file(*os, folder / "b") == "a");
}

TEST_CASE("creating follows no link") {
  Folder folder;
  const auto os = make_os();
  REQUIRE(write_file(*os, folder / "target", "kept", Existing::error).ok());
  REQUIRE(::symlink((folder / "target").c_str(), (folder / "link").c_str()) == 0);
  CHECK_FALSE(os->create(folder / "link", Existing::error).ok());
  CHECK_FALSE(os->create(folder / "link", Existing::replace).ok());
  CHECK(*read_file(*os, folder / "target") == "kept");
}

TEST_CASE("a file that holds keys is not read through a link, and the error names it") {
  Folder folder;
  const auto os = make_os();
  // As Kubernetes mounts a secret: each update has a folder of its own, and a link leads to it.
  std::filesystem::create_directory(folder / "..2026_11_30");
  REQUIRE(write_file(*os, folder / "..2026_11_30/key", "k", Existing::error).ok());
  REQUIRE(::symlink("..2026_11_30", (folder / "..data").c_str()) == 0);
  REQUIRE(::symlink("..data/key", (folder / "key").c_str()) == 0);
  REQUIRE(::symlink((folder / "key").c_str(), (folder / "other").c_str()) == 0);
  for (const char* name : {"key", "other"}) {
    const auto refused = os->open_itself(folder / name);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::config);
    CHECK(refused.error().message ==
          cat(folder / name, " is a symbolic link, which is not followed for keys; name the file ",
              folder / "..data/key"));
  }
  CHECK(os->open_itself(folder / "..data/key").ok());

  REQUIRE(::symlink("circle", (folder / "circle").c_str()) == 0);
  CHECK(os->open_itself(folder / "circle").error().message.ends_with("; name the file itself"));
}

TEST_CASE("a file that is being written cannot be created a second time") {
  Folder folder;
  const auto os = make_os();
  const auto first = os->create(folder / "a", Existing::replace);
  REQUIRE(first.ok());
  const auto second = os->create(folder / "a", Existing::replace);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().message.find("another process") != std::string::npos);
}

TEST_CASE("errors name the path and the reason") {
  const auto os = make_os();
  const auto missing = os->open("/nonexistent/file");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().message == "cannot open /nonexistent/file: No such file or directory");
  CHECK_FALSE(os->exists("/nonexistent/file"));
}

TEST_CASE("a file longer than the limit is refused") {
  Folder folder;
  const auto os = make_os();
  REQUIRE(write_file(*os, folder / "a", std::string(1000, 'x'), Existing::error).ok());
  CHECK(read_file(*os, folder / "a", 1000).ok());
  CHECK(read_file(*os, folder / "a", 999).error().code == ErrorCode::limit);
}

TEST_CASE("the folder of a path is its parent, or the current one") {
  CHECK(directory_of("a/b/c") == "a/b");
  CHECK(directory_of("c") == ".");
  CHECK(directory_of("/c") == "/");
}
