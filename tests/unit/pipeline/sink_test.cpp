#include "host/pipeline/sink.h"

#include <random>

#include <doctest/doctest.h>

#include "host/pipeline/pending_file.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;
using Texts = std::vector<std::string>;

namespace {

constexpr std::uint32_t step = 3;

std::string unpacked(const std::string& path) {
  const auto os = make_os();
  auto reader = *decode(*os->open(path), path);
  std::string text;
  std::string block(1000, '\0');
  while (const std::size_t n = *reader->read(block)) text.append(block, 0, n);
  return text;
}

struct Written {
  std::string text;  // the file, decompressed
  Texts dead;        // "step kind"
  std::uint64_t written = 0;
  SinkState state;
};

/// Writes each text as a batch, each through a sink of its own that goes on where the last one
/// stopped, as if the job had been killed between any two.
Written write_all(const std::vector<Batch>& batches, const Output& output) {
  Folder folder;
  const auto os = make_os();
  PendingFile file(*os, folder / "out", "job", DigestKind::xxh3_128);
  REQUIRE(file.create().ok());
  Written all;
  for (Batch batch : batches) {
    Sink sink(file, output, step, all.state);
    EncodedBatch encoded = *encode(batch, output);
    REQUIRE(sink.write(batch, encoded).ok());
    all.state = sink.state();
    for (const DeadRecord& dead : batch.dead) all.dead.push_back(cat(dead.step, " ", dead.kind));
    for (const Record& record : batch.records) all.written += record.state == State::live;
  }
  Sink sink(file, output, step, all.state);
  REQUIRE(sink.finish().ok());
  REQUIRE(file.close().ok());
  REQUIRE(file.publish(Existing::error).ok());
  all.text = unpacked(folder / "out");
  return all;
}

std::vector<Batch> batches_of(const Texts& texts) {
  std::vector<Batch> batches;
  for (const std::string& text : texts) batches.push_back(test::batch_of(text));
  return batches;
}

constexpr Compression compressions[] = {Compression::none, Compression::gzip, Compression::zstd};

}  // namespace

TEST_CASE("an input without a last newline does not run into the next one") {
  for (const Compression compression : compressions) {
    CHECK(write_all(batches_of({"1\n2", "3", "4\n", "5"}), {"out", compression}).text ==
          "1\n2\n3\n4\n5");
  }
}

TEST_CASE("an array is in brackets, with a comma between batches, and may be empty") {
  for (const Compression compression : compressions) {
    const Output output{"out", compression, Format::array};
    CHECK(write_all(batches_of({"1\n2", "\n \n", "3\n"}), output).text == "[\n1,\n2,\n3\n]\n");
    CHECK(write_all(batches_of({"\n"}), output).text == "[]\n");
    CHECK(write_all({}, output).text == "[]\n");
  }
}

TEST_CASE("a table has one header line, whose columns the first record names") {
  for (const Compression compression : compressions) {
    const Output output{"out", compression, Format::csv};
    const Written all =
        write_all(batches_of({"[]\n", "{}\n", "{\"b\":1,\"a\":2}\r\n{}\r\n", "{\"a\":3,\"b\":4}",
                              "{}\n{\"b\":5,\"a\":6}\n", "{\"c\":1}\n{\"a\":7}\n", "null\n"}),
                  output);
    CHECK(all.text == "b,a\r\n1,2\r\n,\r\n4,3\n,\n5,6\n,7\n");
    CHECK(all.dead ==
          Texts{"3 not an object", "3 no columns", "3 unknown column", "3 not an object"});
    CHECK(all.written == 6);
    CHECK(all.state.records == 6);
  }
}

TEST_CASE("a table whose columns the job names has its header even without rows") {
  const Output output{"out", Compression::none, Format::tsv, {"x", "y z"}};
  CHECK(write_all({}, output).text == "x\ty z\n");
  CHECK(write_all(batches_of({"{\"y z\":1}"}), output).text == "x\ty z\n\t1");
  CHECK(write_all({}, {"out", Compression::none, Format::csv}).text == "");
}

TEST_CASE("how the records are cut into batches changes nothing in what is written or dies") {
  std::mt19937_64 random(5);
  const Texts lines = {"{\"a\":1,\"b\":\"x\"}\n",
                       "{\"b\":2,\"a\":\"\"}\n",
                       "{}\n",
                       "{\"a\":1,\"c\":0}\n",
                       "[2]\n",
                       "\n",
                       "{\"c\":1}\n",
                       "{\"a\":1,\"a\":1}\n",
                       "{\"b\":\"\\ud800\"}\n"};
  for (const Format format : {Format::ndjson, Format::array, Format::csv}) {
    for (int round = 0; round < 60; ++round) {
      Texts whole = {""};
      Texts pieces = {""};
      for (int i = 0; i < 12; ++i) {
        const std::string& line = lines[random() % lines.size()];
        whole.back() += line;
        pieces.back() += line;
        if (random() % 2 == 0) pieces.emplace_back();
      }
      std::erase(pieces, "");
      const Output output{"out", Compression::none, format};
      const Written one = write_all(batches_of(whole), output);
      const Written many = write_all(batches_of(pieces), output);
      CHECK(one.text == many.text);
      CHECK(one.dead == many.dead);
      CHECK(one.state == many.state);
    }
  }
}

TEST_CASE("an empty compressed output is a valid compressed file") {
  Folder folder;
  const auto os = make_os();
  PendingFile file(*os, folder / "a.zst", "job", DigestKind::xxh3_128);
  REQUIRE(file.create().ok());
  const Output output{"a.zst", Compression::zstd};
  Sink sink(file, output, step);
  REQUIRE(sink.finish().ok());
  REQUIRE(file.close().ok());
  REQUIRE(file.publish(Existing::error).ok());
  CHECK(folder.read("a.zst").size() > 4);
}
