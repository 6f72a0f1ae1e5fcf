// Reading that goes on where it stopped: in every format and compression, behind every batch.
#include <random>

#include <doctest/doctest.h>

#include "host/pipeline/source.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
  return random() % bound;
}

/// Everything that was read, record by record, and where each batch said that reading goes on.
struct Story {
  std::vector<std::string> records;
  std::vector<Position> next;
  std::vector<std::size_t> told;  // how many records there were up to each `next`
};

void tell(const Batch& batch, Story& story) {
  for (const Record& record : batch.records) {
    const Origin& origin = batch.origins[record.origin];
    std::string text = cat(batch.input, " ", batch.offset + origin.begin, " line ",
                           batch.line_of(record.origin), " state ", static_cast<int>(record.state));
    bool kept = true;  // what is too long is not, but where it lay within one batch
    for (const DeadRecord& dead : batch.dead) {
      if (dead.origin != record.origin) continue;
      text += cat(" ", dead.kind, " ", dead.length, " ", dead.digest);
      kept = dead.digest.empty();
    }
    if (kept) {
      text += cat(" [", batch.text->view(record.begin, record.end), "] <", batch.text_of(record),
                  "> (", batch.original->view(origin.begin, origin.end), ")");
    }
    story.records.push_back(std::move(text));
  }
  story.next.push_back(batch.next);
  story.told.push_back(story.records.size());
}

Story read_from(const std::vector<Input>& inputs, const Reading& reading, const Position* place) {
  const auto os = make_os();
  Source source(*os, inputs, reading);
  Story story;
  if (place != nullptr) {
    const Status started = source.start_at(*place);
    REQUIRE_MESSAGE(started.ok(), started.error().text());
  }
  for (std::uint64_t sequence = 0;; ++sequence) {
    auto batch = source.next();
    REQUIRE_MESSAGE(batch.ok(), batch.error().text());
    if (!*batch) return story;
    REQUIRE((*batch)->sequence == sequence);
    tell(**batch, story);
  }
}

std::string lines(Random& random, std::size_t size) {
  static const std::string endings[] = {"\n", "\n", "\n", "\r\n"};
  std::string out = below(random, 2) == 0 ? "" : "\xef\xbb\xbf";
  while (out.size() < size) {
    if (below(random, 6) == 0) out += std::string(below(random, 3), ' ');
    if (below(random, 6) != 0) out += cat("{\"n\":", random() % 1000000007, "}");
    if (below(random, 9) == 0) out += std::string(below(random, 200), ' ');
    out += endings[below(random, 4)];
  }
  if (!out.empty() && below(random, 2) == 0) out.pop_back();
  return out;
}

std::string spaces(Random& random) {
  static const std::string some[] = {"", "", " ", "\n", "\r\n\t", "\n\n   "};
  return some[below(random, 6)];
}

std::string value(Random& random, std::size_t depth) {
  switch (below(random, depth > 3 ? 5 : 8)) {
    case 0:
      return cat(random() % 100000);
    case 1:
      return cat("-0.", random() % 1000, "e+7");
    case 2:
      return "null";
    case 3:
      return cat("\"", std::string(below(random, 40), 'x'), "],\\\"\\u00e4\"");
    case 4:
      return cat("\"", std::string(below(random, 400), '}'), "\"");
    case 5:
      return cat("[", spaces(random), "]");
    case 6:
      return cat("[", value(random, depth + 1), spaces(random), ",", value(random, depth + 1), "]");
    default:
      return cat("{", spaces(random), "\"k\\\\\"", spaces(random), ":", value(random, depth + 1),
                 spaces(random), "}");
  }
}

std::string array(Random& random, std::size_t size) {
  std::string out = below(random, 2) == 0 ? "" : "\xef\xbb\xbf";
  out += cat(spaces(random), "[", spaces(random));
  while (out.size() < size) {
    if (!std::string_view(out).substr(0, out.find_last_not_of(" \r\n\t") + 1).ends_with('['))
      out += ',';
    out += cat(spaces(random), value(random, 0), spaces(random));
  }
  return cat(out, "]", spaces(random));
}

std::string row(Random& random, char delimiter) {
  std::string out;
  const std::size_t fields = below(random, 9) == 0 ? 2 : 3;
  for (std::size_t i = 0; i < fields; ++i) {
    if (i > 0) out += delimiter;
    switch (below(random, 7)) {
      case 0:
        break;
      case 1:
        out += cat("\"a\r\n,\t", std::string(below(random, 90), '"' - 1), "\"\"\"");
        break;
      case 2:
        out += "\"\"";
        break;
      case 3:
        out += below(random, 9) == 0 ? "b\"c" : "\\x\x01";
        break;
      case 4:
        out += below(random, 9) == 0 ? "\"b\"c" : "\"\n\n\n\"";
        break;
      default:
        out += cat(random() % 1000000);
    }
  }
  return out;
}

std::string table(Random& random, std::size_t size, char delimiter) {
  static const std::string endings[] = {"\n", "\n", "\r\n", "\n\n"};
  std::string out = below(random, 2) == 0 ? "" : "\xef\xbb\xbf";
  out += cat("\"a\nb\"", std::string(1, delimiter), "b", std::string(1, delimiter), "\\",
             endings[below(random, 3)]);
  while (out.size() < size) out += row(random, delimiter) + endings[below(random, 4)];
  if (below(random, 2) == 0) out += row(random, delimiter);
  return out;
}

std::string content(Format format, Random& random, std::size_t size) {
  if (format == Format::array) return array(random, size);
  if (format == Format::csv) return table(random, size, ',');
  if (format == Format::tsv) return table(random, size, '\t');
  return lines(random, size);
}

/// In pieces of any size, as members or frames; the first bytes tell what it is.
std::string packed(Compression compression, std::string_view plain, Random& random) {
  std::string out;
  do {
    const std::size_t size = std::min(plain.size(), below(random, 20000));
    out += *compress(compression, plain.substr(0, size));
    plain.remove_prefix(size);
  } while (!plain.empty());
  return out;
}

void check_every_place(const std::vector<Input>& inputs, const Reading& reading) {
  const Story whole = read_from(inputs, reading, nullptr);
  REQUIRE_FALSE(whole.next.empty());
  for (std::size_t i = 0; i < whole.next.size(); ++i) {
    const std::vector<std::string> rest(whole.records.begin() + static_cast<long>(whole.told[i]),
                                        whole.records.end());
    Position place = whole.next[i];
    REQUIRE(read_from(inputs, reading, &place).records == rest);
    place.restart = place.restart_offset = 0;
    if (i % 4 == 0) REQUIRE(read_from(inputs, reading, &place).records == rest);
  }
}

}  // namespace

TEST_CASE(
    "what is read from behind any batch is exactly the rest, in every format and compression") {
  Folder folder;
  Random random(20);
  for (const Format format : {Format::ndjson, Format::array, Format::csv, Format::tsv}) {
    for (const Compression compression :
         {Compression::none, Compression::gzip, Compression::zstd}) {
      for (const std::size_t size : {0UL, 50UL, 3000UL, 40000UL}) {
        std::vector<Input> inputs;
        for (const char* name : {"a", "b", "c"}) {
          const std::string plain = content(format, random, size);
          inputs.push_back({folder.write(name, packed(compression, plain, random)), 0, 0});
        }
        Reading reading{.format = format, .max_record = 150};
        reading.batch_size = 1 + size / 20;
        if (size > 0) check_every_place(inputs, reading);
        reading.batch_size = 256 << 10;
        if (size > 0) check_every_place(inputs, reading);
      }
    }
  }
}

TEST_CASE("reading goes on from the last member or frame, not from the file's beginning") {
  Folder folder;
  Random random(3);
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    std::string file;
    for (int i = 0; i < 10; ++i) file += *compress(compression, lines(random, 50000));
    const std::vector<Input> inputs = {{folder.write("a", file), 0, 0}};
    const Story whole = read_from(inputs, {.batch_size = 10000}, nullptr);
    std::size_t near = 0;
    for (const Position& place : whole.next) {
      CHECK(place.restart_offset <= place.offset);
      if (place.offset - place.restart_offset <= 50000 + 4096) ++near;
    }
    CHECK(near == whole.next.size());
    CHECK(whole.next.back().restart > file.size() / 2);
  }
}

TEST_CASE("an input that has become shorter than the place is an error that names it") {
  Folder folder;
  Random random(4);
  const auto os = make_os();
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    std::string file;
    for (int i = 0; i < 4; ++i) file += *compress(compression, lines(random, 9000));
    const std::vector<Input> inputs = {{folder.write("in.ndjson", file), 0, 0}};
    const Story whole = read_from(inputs, {.batch_size = 10000}, nullptr);
    for (const std::size_t kept : {4UL, file.size() / 2, whole.next.back().restart - 1}) {
      folder.write("in.ndjson", file.substr(0, kept));
      Source source(*os, inputs, Reading{});
      const Status started = source.start_at(whole.next.back());
      REQUIRE_FALSE(started.ok());
      CHECK(started.error().text().find("in.ndjson") != std::string::npos);
    }
  }
}

TEST_CASE("so is one that holds less than before behind the last place it can be read from") {
  Folder folder;
  Random random(4);
  const auto os = make_os();
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string content = *compress(compression, lines(random, 9000));
    const std::vector<Input> inputs = {{folder.write("in.ndjson", content), 0, 0}};
    Position place = read_from(inputs, {.batch_size = 1000}, nullptr).next.front();
    REQUIRE(place.restart_offset == 0);
    for (const std::size_t left : {0UL, 500UL}) {
      folder.write("in.ndjson", *compress(compression, lines(random, left)));
      Source source(*os, inputs, Reading{});
      const Status started = source.start_at(place);
      REQUIRE_FALSE(started.ok());
      CHECK(started.error().text().find("in.ndjson") != std::string::npos);
    }
  }
}

TEST_CASE("standard input cannot be read from the middle") {
  const auto os = make_os();
  const std::vector<Input> inputs = {{"-", 0, 0}};
  Source source(*os, inputs, Reading{});
  CHECK_FALSE(source.start_at({.offset = 1}).ok());
}

TEST_CASE("a place in an input that is not there is an error") {
  const auto os = make_os();
  const std::vector<Input> inputs;
  Source source(*os, inputs, Reading{});
  CHECK_FALSE(source.start_at({}).ok());
}
