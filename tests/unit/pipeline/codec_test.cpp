#include "host/pipeline/codec.h"

#include <doctest/doctest.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace {

Result<std::string> decoded(const std::string& path, std::size_t step) {
  const auto os = make_os();
  ADYTON_TRY(auto file, os->open(path));
  ADYTON_TRY(auto reader, decode(std::move(file), path));
  std::string out;
  std::string buffer(step, '\0');
  for (;;) {
    ADYTON_TRY(const std::size_t n, reader->read(buffer));
    if (n == 0) return out;
    out.append(buffer, 0, n);
  }
}

std::string sample(std::size_t size) {
  std::string out;
  for (unsigned i = 0; out.size() < size; ++i) out += cat(i * 2654435761U, i % 7 == 0 ? "\n" : "");
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("what was compressed in any number of pieces comes back, in steps of any size") {
  Folder folder;
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    std::string plain;
    std::string packed;
    for (const std::size_t size : {1UL, 0UL, 70000UL, 300000UL}) {
      const std::string piece = sample(size);
      plain += piece;
      packed += *compress(compression, piece);
    }
    const std::string path = folder.write("a", packed);
    for (const std::size_t step : {1UL, 7UL, 4096UL, 1000000UL}) {
      CHECK(*decoded(path, step) == plain);
    }
  }
}

TEST_CASE(
    "compressed data cut at any length is an error that names the file, never a short success") {
  Folder folder;
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string packed = *compress(compression, sample(300));
    for (std::size_t size = compression == Compression::gzip ? 2 : 4; size < packed.size();
         ++size) {
      const auto result = decoded(folder.write("cut", packed.substr(0, size)), 64);
      REQUIRE_FALSE(result.ok());
      CHECK(result.error().where.find("cut") != std::string::npos);
    }
  }
}

TEST_CASE("damaged compressed data is an error") {
  Folder folder;
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    std::string packed = *compress(compression, sample(3000));
    const std::string path = folder.write("tail", packed + "garbage");
    CHECK_FALSE(decoded(path, 64).ok());
    if (compression == Compression::gzip) {
      packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // its checksum
      CHECK_FALSE(decoded(folder.write("bad", packed), 64).ok());
    }
  }
}

TEST_CASE("the content decides, not the name") {
  Folder folder;
  CHECK(*decoded(folder.write("a.gz", "plain"), 10) == "plain");
  CHECK(*decoded(folder.write("b.zst", ""), 10) == "");
  CHECK(*decoded(folder.write("c", *compress(Compression::zstd, "packed")), 10) == "packed");
  CHECK(compression_of("x.ndjson.gz") == Compression::gzip);
  CHECK(compression_of("x.zst") == Compression::zstd);
  CHECK(compression_of("x.ndjson") == Compression::none);
}
