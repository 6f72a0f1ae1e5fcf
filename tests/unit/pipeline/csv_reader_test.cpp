#include "host/pipeline/csv_reader.h"

#include <doctest/doctest.h>

#include "host/pipeline/source.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;
using Texts = std::vector<std::string>;

namespace {

struct Everything {
  std::string text;
  Texts dead;    // "line offset kind length [original]"
  Texts places;  // "line offset" of what lives
  Counts counts;
  std::string error;  // that ended it
};

Everything read_table(const std::string& content, std::size_t batch_size = 256 << 10,
                      std::uint64_t max_record = 64 << 20, Format format = Format::csv) {
  Folder folder;
  const auto os = make_os();
  const std::vector<Input> inputs = {{folder.write("a.csv", content), 0, 0}};
  Source source(*os, inputs,
                {.format = format, .max_record = max_record, .batch_size = batch_size});
  Everything all;
  for (;;) {
    auto batch = source.next();
    if (!batch.ok()) all.error = batch.error().text().substr(folder.path.size() + 1);
    if (!batch.ok() || !*batch) {
      std::sort(all.dead.begin(), all.dead.end());  // each of these tests has fewer than ten lines
      return all;
    }
    validate(**batch);
    all.text += test::outgoing(**batch);
    all.counts += (*batch)->counts;
    for (const Record& record : (*batch)->records) {
      if (record.state != State::live) continue;
      all.places.push_back(cat((*batch)->line_of(record.origin), " ",
                               (*batch)->offset + (*batch)->origins[record.origin].begin));
    }
    for (const DeadRecord& dead : (*batch)->dead) {
      const Origin& origin = (*batch)->origins[dead.origin];
      all.dead.push_back(cat((*batch)->line_of(dead.origin), " ", (*batch)->offset + origin.begin,
                             " ", dead.kind, " ", dead.length));
      if (dead.digest.empty()) {
        all.dead.back() += cat(" [", (*batch)->original->view(origin.begin, origin.end), "]");
      }
    }
  }
}

}  // namespace

TEST_CASE("a row becomes an object of strings in the header's order, with its own line ending") {
  const std::string content =
      "\xef\xbb\xbfid,\"full \"\"name\"\"\",note\r\n"
      "1,Ann,\r\n"
      "2,\"O'Neil, \"\"Bo\"\"\",\"two\nlines\\\"\n"
      "\n"
      " 3 ,\"\",null\t\x01";
  for (std::size_t size = 1; size < content.size() + 2; ++size) {
    const Everything all = read_table(content, size);
    CHECK(all.error == "");
    CHECK(
        all.text ==
        "{\"id\":\"1\",\"full \\\"name\\\"\":\"Ann\",\"note\":\"\"}\r\n"
        "{\"id\":\"2\",\"full \\\"name\\\"\":\"O'Neil, \\\"Bo\\\"\",\"note\":\"two\\nlines\\\\\"}\n"
        "\n"
        "{\"id\":\" 3 \",\"full \\\"name\\\"\":\"\",\"note\":\"null\\t\\u0001\"}");
    CHECK(all.counts.read == 3);
    CHECK(all.counts.blank == 1);
    CHECK(all.places == Texts{"2 28", "3 36", "6 69"});
  }
}

TEST_CASE(
    "rows that are no rows of this table are dead, each with its own text, and others go on") {
  const std::string content = "a,b\n1\n1,2\n1,2,3\nx,\"y\"z\n\"p\nq\",\xff\nx\"y,z\n3,4\n";
  for (const std::size_t size : {1UL, 7UL, 256UL << 10}) {
    const Everything all = read_table(content, size);
    CHECK(all.text == "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n");
    CHECK(all.dead == Texts{"2 4 fields 0 [1\n]", "4 10 fields 0 [1,2,3\n]",
                            "5 16 syntax 0 [x,\"y\"z\n]", "6 23 encoding 0 [\"p\nq\",\xff\n]",
                            "8 31 syntax 0 [x\"y,z\n]"});
    CHECK(all.counts.read == 7);
  }
}

TEST_CASE("a byte order mark is the file's own at its beginning only, anywhere else a character") {
  const std::string content =
      "\xef\xbb\xbf\xef\xbb\xbf\"a\n\xef\xbb\xbf"
      "1\n\xef\xbb\xbf\n";
  for (std::size_t size = 1; size < content.size() + 2; ++size) {
    CHECK(read_table(content, size).error.find("a.csv:1: in the header: a quote") == 0);
    CHECK(read_table(cat("a\n", content.substr(9)), size).text ==
          "{\"a\":\"\xef\xbb\xbf"
          "1\"}\n{\"a\":\"\xef\xbb\xbf\"}\n");
  }
}

TEST_CASE("a file with the header alone, and an empty one, have no rows") {
  for (const char* content : {"", "\xef\xbb\xbf", "a,b", "a,b\n",
                              "\xef\xbb\xbf"
                              "a\r\n"}) {
    const Everything all = read_table(content, 1);
    CHECK(all.error == "");
    CHECK(all.counts.read == 0);
  }
}

TEST_CASE("a header that cannot be used is an error that says why") {
  const auto error = [](const std::string& content) { return read_table(content).error; };
  CHECK(error("\na,b\n").find("a.csv:1: the first line is empty") == 0);
  CHECK(error("a,b,\"a\"\n1,2,3\n").find("a.csv:1: the header names two columns \"a\"") == 0);
  CHECK(error("a,\xff\n").find("a.csv:1: the header is not UTF-8") == 0);
  CHECK(error("a,b\"c\n").find("a.csv:1: in the header: a quote") == 0);
  CHECK(error("a,\"b\n1,2\n").find("a.csv:1: the header has a quote that is never closed") == 0);
  CHECK(error("a\rb\rc").find("a.csv:1: in the header: a carriage return") == 0);
  CHECK(read_table("abcdefghij\n", 1, 5).error.find("a.csv:1: the header is longer than 5 B") == 0);
}

TEST_CASE(
    "a quote that is never closed is an error at the row, and what stands before it was read") {
  const std::string content = cat("a,b\n1,2\n3,\"4\n", std::string(5000, 'x'), "\n5,6\n");
  for (const std::uint64_t max_record : {100UL, 64UL << 20}) {
    for (const std::size_t size : {1UL, 300UL, 256UL << 10}) {
      const Everything all = read_table(content, size, max_record);
      CHECK(all.text == "{\"a\":\"1\",\"b\":\"2\"}\n");
      CHECK(all.error.find("a.csv:3: a quote in the row that begins here is never closed") == 0);
    }
  }
}

TEST_CASE("a row over the limit is dead, by place, length and digest; the next one is read") {
  for (const std::size_t length : {101UL, 5000UL, 2UL << 20}) {
    for (const char* ending : {"\n", "\r\n"}) {
      for (const std::string& row :
           {std::string(length, 'x'), cat("1,\"", std::string(length - 7, '\n'), "\"\"\r\"")}) {
        for (const std::size_t size : {1UL, 1000UL, 256UL << 10}) {
          if (size == 1 && length > 5000) continue;
          const Everything all = read_table(cat("a,b\n1,2\n", row, ending, "3,4"), size, 100);
          CHECK(all.error == "");
          CHECK(all.text == "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}");
          CHECK(all.dead == Texts{cat("3 8 too long ", row.size())});
        }
      }
    }
  }
}

TEST_CASE("columns of long names do not make a batch much larger than it should be") {
  Folder folder;
  const auto os = make_os();
  std::string content = cat(std::string(2000, 'a'), ",", std::string(2000, 'b'), "\n");
  for (int i = 0; i < 5000; ++i) content += "1,\n";
  const std::vector<Input> inputs = {{folder.write("a.csv", content), 0, 0}};
  Source source(*os, inputs, {.format = Format::csv, .batch_size = 64 << 10});
  std::uint64_t read = 0;
  for (auto batch = source.next(); *batch; batch = source.next()) {
    CHECK((*batch)->text->size() < (400 << 10));
    read += (*batch)->counts.read;
  }
  CHECK(read == 5000);
}

TEST_CASE("a table with tabs is read like one with commas") {
  CHECK(read_table("a\tb\n1,\t\"2\t\"\n", 5, 100, Format::tsv).text ==
        "{\"a\":\"1,\",\"b\":\"2\\t\"}\n");
}
