#include "host/pipeline/record_finder.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/pipeline/codec.h"
#include "host/pipeline/dead_letter.h"
#include "tests/unit/pipeline/memory_os.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

struct Spot {
  std::uint64_t offset;
  std::uint64_t line;
  std::string text;
};

/// Every record of the file, as reading it from its beginning gives them.
std::vector<Spot> all_places(Os& os, const Reading& reading) {
  std::vector<Spot> places;
  auto file = os.open("in");
  auto bytes = decode(*std::move(file), "in");
  const auto reader = make_record_reader(reading, "in", *std::move(bytes));
  for (;;) {
    const auto batch = reader->next();
    REQUIRE(batch);
    if (!*batch) return places;
    for (const Record& record : (*batch)->records) {
      if (record.state == State::blank) continue;
      const Origin& origin = (*batch)->origins[record.origin];
      places.push_back({(*batch)->offset + origin.begin, (*batch)->line_of(record.origin),
                        std::string(line_without_ending(**batch, origin))});
    }
  }
}

void check_found(RecordFinder& finder, const Spot& place) {
  const auto index = finder.find(place.offset, place.line);
  REQUIRE_MESSAGE(index, (index ? "" : index.error().text()));
  const Batch& batch = finder.batch();
  const Origin& origin = batch.origins[batch.records[*index].origin];
  CHECK(batch.offset + origin.begin == place.offset);
  CHECK(batch.line_of(batch.records[*index].origin) == place.line);
  CHECK(line_without_ending(batch, origin) == place.text);
}

std::string many_lines(Format format) {
  std::mt19937 random(3);
  std::string text = format == Format::array ? "[" : format == Format::csv ? "a,b\n" : "";
  for (int i = 0; i < 400; ++i) {
    const std::string filler(random() % 200, 'x');
    if (format == Format::array) {
      text +=
          (i > 0 ? ",\n" : "") + ("{\"n\":" + std::to_string(i) + ",\n\"f\":\"" + filler + "\"}");
    } else if (format == Format::csv) {
      text += std::to_string(i) + ",\"" + filler + "\n\"\r\n";
    } else {
      text += "{\"n\":" + std::to_string(i) + ",\"f\":\"" + filler + "\"}\n";
      if (i % 7 == 0) text += "\r\n";
    }
  }
  return text + (format == Format::array ? "]" : "");
}

}  // namespace

TEST_CASE("every record is found again, forwards, backwards and at random, in every kind of file") {
  for (const Format format : {Format::ndjson, Format::array, Format::csv}) {
    for (const Compression packing : {Compression::none, Compression::gzip, Compression::zstd}) {
      adyton::test::MemoryOs os;
      const std::string text = many_lines(format);
      os.files["in"] = packing == Compression::none ? text : *compress(packing, text);
      const Reading reading{format, 64 << 20, 1000};
      const std::vector<Spot> places = all_places(os, reading);
      REQUIRE(places.size() == 400);
      RecordFinder finder(os, "in", reading);
      for (std::size_t i = 0; i < places.size(); i += 3) check_found(finder, places[i]);
      for (std::size_t i = places.size(); i-- > 350;) check_found(finder, places[i]);
      std::mt19937 random(5);
      for (int i = 0; i < 50; ++i) check_found(finder, places[random() % places.size()]);
    }
  }
}

TEST_CASE("only where a record begins is one found") {
  adyton::test::MemoryOs os;
  os.files["in"] = "{\"a\":1}\n\n{\"b\":2}\n";
  for (std::uint64_t offset = 0; offset < 25; ++offset) {
    RecordFinder finder(os, "in", Reading{});
    CHECK(finder.find(offset, 0).ok() == (offset == 0 || offset == 9));
  }
  for (std::uint64_t line = 1; line < 5; ++line) {
    RecordFinder finder(os, "in", Reading{});
    CHECK(finder.find_on_line(line).ok() == (line == 1 || line == 3));
  }
}

TEST_CASE("a batch with only some of its records counts them and keeps their places") {
  adyton::test::MemoryOs os;
  os.files["in"] = "{\"a\":1}\n{\"b\":2}\r\nlong long long\n{\"c\":3}";
  RecordFinder finder(os, "in", Reading{Format::ndjson, 9, 1000});
  REQUIRE(finder.find(0, 1));
  const Batch batch = only(finder.take_batch(), {1, 2, 3});
  CHECK(batch.text->view() == "{\"b\":2}\r\n{\"c\":3}");
  CHECK(batch.counts.read == 3);
  CHECK(batch.counts.dead == 1);
  REQUIRE(batch.dead.size() == 1);
  CHECK(batch.line_of(batch.dead[0].origin) == 3);
  REQUIRE(batch.records.size() == 2);
  CHECK(batch.line_of(batch.records[1].origin) == 4);
}
