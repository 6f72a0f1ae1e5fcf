#include "host/pipeline/source.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace {

struct Everything {
  std::string text;  // all batches' texts joined
  Counts counts;
  std::vector<std::string> records;
  std::vector<std::string> dead;  // "line offset kind length"
};

Everything read_all(const std::vector<Input>& inputs, std::uint64_t max_record = 64 << 20) {
  const auto os = make_os();
  Source source(*os, inputs, max_record);
  Everything all;
  for (std::uint64_t sequence = 0;; ++sequence) {
    auto batch = source.next();
    REQUIRE(batch.ok());
    if (!*batch) return all;
    CHECK((*batch)->sequence == sequence);
    all.text += (*batch)->text->view();
    all.counts += (*batch)->counts;
    for (const Record& record : (*batch)->records) {
      if (record.state == State::live) all.records.emplace_back((*batch)->text_of(record));
    }
    for (const DeadRecord& dead : (*batch)->dead) {
      all.dead.push_back(cat((*batch)->first_line + dead.origin, " ",
                             (*batch)->offset + (*batch)->origins[dead.origin].begin, " ",
                             dead.kind, " ", dead.length));
    }
  }
}

}  // namespace

TEST_CASE(
    "blank lines, a byte order mark, CRLF and a missing last newline are told apart from records") {
  Folder folder;
  const std::string content = "\xef\xbb\xbf{\"a\":1}\r\n\n  \t\r\n [2] \n3";
  const Everything all = read_all({{folder.write("a", content), 0, 0}});
  CHECK(all.text == content);
  CHECK(all.records == std::vector<std::string>{"{\"a\":1}", " [2] ", "3"});
  CHECK(all.counts.read == 3);
  CHECK(all.counts.blank == 2);
}

TEST_CASE("an empty file, and one of newlines alone, have no records") {
  Folder folder;
  CHECK(read_all({{folder.write("a", ""), 0, 0}}).counts.read == 0);
  const Everything newlines = read_all({{folder.write("b", "\n\n\n"), 0, 0}});
  CHECK(newlines.counts.read == 0);
  CHECK(newlines.counts.blank == 3);
  CHECK(newlines.text == "\n\n\n");
}

TEST_CASE("every byte of a file larger than many batches arrives, whatever the lines' lengths") {
  Folder folder;
  std::string content;
  std::size_t lines = 0;
  for (std::size_t i = 0; content.size() < (3 << 20); ++i, ++lines) {
    content += cat("{\"n\":", i, ",\"x\":\"", std::string(i * 7919 % 50000, 'x'), "\"}\n");
  }
  const Everything all = read_all({{folder.write("a", content), 0, 0}});
  CHECK(all.text == content);
  CHECK(all.counts.read == lines);
}

TEST_CASE("a line longer than a batch is one record") {
  Folder folder;
  const std::string content = cat("1\n\"", std::string(1 << 20, 'x'), "\"\n2\n");
  const Everything all = read_all({{folder.write("a", content), 0, 0}});
  CHECK(all.text == content);
  CHECK(all.counts.read == 3);
}

TEST_CASE("a line over the limit is dead, by its place and length, and the next one is read") {
  Folder folder;
  for (const std::size_t size : {std::size_t{101}, std::size_t{5000}, std::size_t{2 << 20}}) {
    for (const char* ending : {"\n", "\r\n"}) {
      const std::string line(size, 'x');
      const std::string content = cat("1", ending, line, ending, "2", ending);
      const Everything all = read_all({{folder.write("a", content), 0, 0}}, 100);
      CHECK(all.records == std::vector<std::string>{"1", "2"});
      CHECK(all.counts.read == 3);
      CHECK(all.dead == std::vector<std::string>{
                            cat("2 ", 1 + std::string_view(ending).size(), " too long ", size)});
    }
  }
  const Everything last = read_all({{folder.write("a", std::string(2 << 20, 'x')), 0, 0}}, 100);
  CHECK(last.dead == std::vector<std::string>{cat("1 0 too long ", 2 << 20)});
}

TEST_CASE("a line as long as the limit is kept") {
  Folder folder;
  CHECK(read_all({{folder.write("a", std::string(100, '1') + "\r\n"), 0, 0}}, 100).dead.empty());
  CHECK(read_all({{folder.write("b", std::string(1 << 20, '1') + "\r\n"), 0, 0}}, 1 << 20)
            .dead.empty());
}

TEST_CASE("lines and offsets start anew with each input, and no batch mixes two") {
  Folder folder;
  const Everything all = read_all({{folder.write("a", "1\n2"), 0, 0},
                                   {folder.write("b", ""), 0, 0},
                                   {folder.write("c", "xxx\n3\n"), 0, 0}},
                                  2);
  CHECK(all.records == std::vector<std::string>{"1", "2", "3"});
  CHECK(all.dead == std::vector<std::string>{"1 0 too long 3"});
}

TEST_CASE("a file that is not there is an error that names it") {
  const auto os = make_os();
  const std::vector<Input> inputs = {{"/nonexistent", 0, 0}};
  Source source(*os, inputs, 100);
  const auto batch = source.next();
  REQUIRE_FALSE(batch.ok());
  CHECK(batch.error().message.find("/nonexistent") != std::string::npos);
}
