#include "host/pipeline/pending_file.h"

#include <doctest/doctest.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;
using Names = std::vector<std::string>;

namespace {

PendingFile pending(Os& os, const std::string& path) {
  return PendingFile(os, path, "job", DigestKind::xxh3_128);
}

}  // namespace

TEST_CASE("a pending file has its name only once it is published") {
  Folder folder;
  const auto os = make_os();
  PendingFile file = pending(*os, folder / "sub/a");
  REQUIRE(file.create().ok());
  REQUIRE(file.write("content").ok());
  REQUIRE(file.close().ok());
  CHECK(file.length() == 7);
  CHECK(file.digest() == "xxh3-128:917e1274274fc195b27a2d2388d9568c");
  CHECK_FALSE(os->exists(folder / "sub/a"));
  REQUIRE(file.publish(Existing::error).ok());
  CHECK(folder.read("sub/a") == "content");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "sub"), {}) == 1);
}

TEST_CASE("a pending file that is discarded leaves nothing behind") {
  Folder folder;
  const auto os = make_os();
  PendingFile file = pending(*os, folder / "a");
  REQUIRE(file.create().ok());
  REQUIRE(file.write("half").ok());
  file.discard();
  CHECK(folder.names() == Names{});
}

TEST_CASE("publishing over a file that has come since fails and keeps both") {
  Folder folder;
  const auto os = make_os();
  PendingFile file = pending(*os, folder / "a");
  REQUIRE(file.create().ok());
  REQUIRE(file.close().ok());
  folder.write("a", "theirs");
  CHECK_FALSE(file.publish(Existing::error).ok());
  CHECK(folder.read("a") == "theirs");
  CHECK(folder.names() == Names{".a.job.adyton-tmp", "a"});
  REQUIRE(file.publish(Existing::replace).ok());
  CHECK(folder.read("a").empty());
}

TEST_CASE("a pending file goes on behind the length that counts, and its digest is of all of it") {
  Folder folder;
  const auto os = make_os();
  {
    PendingFile file = pending(*os, folder / "a");
    REQUIRE(file.create().ok());
    REQUIRE(file.write("kept and not").ok());
    REQUIRE(file.sync().ok());
  }
  PendingFile whole = pending(*os, folder / "b");
  REQUIRE(whole.create().ok());
  REQUIRE(whole.write("kept, more").ok());
  REQUIRE(whole.close().ok());

  PendingFile file = pending(*os, folder / "a");
  CHECK_FALSE(file.resume(100).ok());
  REQUIRE(file.resume(4).ok());
  REQUIRE(file.write(", more").ok());
  REQUIRE(file.close().ok());
  CHECK(file.length() == 10);
  CHECK(file.digest() == whole.digest());
  REQUIRE(file.publish(Existing::error).ok());
  CHECK(folder.read("a") == "kept, more");
}

TEST_CASE("a file that another program shortened is noticed before it is published") {
  Folder folder;
  const auto os = make_os();
  PendingFile file = pending(*os, folder / "a");
  REQUIRE(file.create().ok());
  REQUIRE(file.write("content").ok());
  std::filesystem::resize_file(file.temporary(), 3);
  const Status closed = file.close();
  REQUIRE_FALSE(closed.ok());
  CHECK(closed.error().message.find("another program") != std::string::npos);
}

TEST_CASE("two runs cannot write one output at the same time; what a killed one left is reused") {
  Folder folder;
  const auto os = make_os();
  folder.write(".a.job.adyton-tmp", "left by a killed run");
  PendingFile first = pending(*os, folder / "a");
  REQUIRE(first.create().ok());
  CHECK_FALSE(pending(*os, folder / "a").create().ok());
  REQUIRE(first.write("new").ok());
  REQUIRE(first.close().ok());
  REQUIRE(first.publish(Existing::error).ok());
  CHECK(folder.read("a") == "new");
}
