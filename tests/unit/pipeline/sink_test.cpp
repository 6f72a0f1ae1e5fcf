#include "host/pipeline/sink.h"

#include <doctest/doctest.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;
using Names = std::vector<std::string>;

TEST_CASE("a pending file has its name only once it is published") {
  Folder folder;
  const auto os = make_os();
  auto file = *PendingFile::create(*os, folder / "sub/a");
  REQUIRE(file->write("content").ok());
  REQUIRE(file->seal().ok());
  CHECK_FALSE(os->exists(folder / "sub/a"));
  REQUIRE(file->publish(Existing::error).ok());
  file.reset();
  CHECK(folder.read("sub/a") == "content");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "sub"), {}) == 1);
}

TEST_CASE("a pending file that is not published leaves nothing behind") {
  Folder folder;
  const auto os = make_os();
  (*PendingFile::create(*os, folder / "a"))->write("half").ok();
  CHECK(folder.names() == Names{});
}

TEST_CASE("publishing over a file that has come since fails and keeps that file") {
  Folder folder;
  const auto os = make_os();
  auto file = *PendingFile::create(*os, folder / "a");
  REQUIRE(file->seal().ok());
  folder.write("a", "theirs");
  CHECK_FALSE(file->publish(Existing::error).ok());
  file.reset();
  CHECK(folder.read("a") == "theirs");
  CHECK(folder.names() == Names{"a"});
}

TEST_CASE("two runs cannot write one output at the same time; what a killed one left is reused") {
  Folder folder;
  const auto os = make_os();
  folder.write(".a.adyton-tmp", "left by a killed run");
  auto first = PendingFile::create(*os, folder / "a");
  REQUIRE(first.ok());
  CHECK_FALSE(PendingFile::create(*os, folder / "a").ok());
  REQUIRE((*first)->write("new").ok());
  REQUIRE((*first)->seal().ok());
  REQUIRE((*first)->publish(Existing::error).ok());
  CHECK(folder.read("a") == "new");
}

TEST_CASE("what goes out is the live records and the blank lines, in order") {
  Batch batch = test::batch_of("1\n\n2\n3\n4");
  batch.drop(batch.records[2]);
  batch.kill(batch.records[3], {});
  CHECK(encode(batch, Compression::none)->bytes() == "1\n\n4");
  CHECK_FALSE(encode(batch, Compression::none)->ends_line());
  batch.drop(batch.records[4]);
  CHECK(encode(batch, Compression::none)->bytes() == "1\n\n");
  CHECK(encode(batch, Compression::none)->ends_line());
}

TEST_CASE("an input without a last newline does not run into the next one") {
  Folder folder;
  const auto os = make_os();
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    const std::string name = cat("out", static_cast<int>(compression));
    Sink sink(*PendingFile::create(*os, folder / name), compression);
    for (const char* lines : {"1\n2", "3", "4\n", "5"}) {
      REQUIRE(sink.write(*encode(test::batch_of(lines), compression)).ok());
    }
    REQUIRE(sink.finish().ok());
    REQUIRE(sink.file().seal().ok());
    REQUIRE(sink.file().publish(Existing::error).ok());
    std::string text(100, '\0');
    auto reader = *decode(*os->open(folder / name), name);
    std::size_t size = 0;
    while (const std::size_t n = *reader->read({text.data() + size, text.size() - size})) size += n;
    CHECK(text.substr(0, size) == "1\n2\n3\n4\n5");
  }
}

TEST_CASE("an empty compressed output is a valid compressed file") {
  Folder folder;
  const auto os = make_os();
  Sink sink(*PendingFile::create(*os, folder / "a.zst"), Compression::zstd);
  REQUIRE(sink.finish().ok());
  REQUIRE(sink.file().seal().ok());
  REQUIRE(sink.file().publish(Existing::error).ok());
  CHECK(folder.read("a.zst").size() > 4);
}
