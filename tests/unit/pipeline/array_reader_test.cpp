#include "host/pipeline/array_reader.h"

#include <doctest/doctest.h>

#include "host/pipeline/source.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;
using Texts = std::vector<std::string>;

namespace {

struct Everything {
  Texts records;
  Texts dead;    // "line offset kind length"
  Texts places;  // "line offset" of the live ones
  std::uint64_t read = 0;
  std::string error;  // that ended it
};

Everything read_array(const std::string& content, std::size_t batch_size,
                      std::uint64_t max_record = 64 << 20) {
  Folder folder;
  const auto os = make_os();
  const std::vector<Input> inputs = {{folder.write("a.json", content), 0, 0}};
  Source source(*os, inputs,
                {.format = Format::array, .max_record = max_record, .batch_size = batch_size});
  Everything all;
  for (;;) {
    auto batch = source.next();
    if (!batch.ok()) all.error = batch.error().text().substr(folder.path.size() + 1);
    if (!batch.ok() || !*batch) return all;
    all.read += (*batch)->counts.read;
    for (const Record& record : (*batch)->records) {
      if (record.state != State::live) continue;
      all.records.emplace_back((*batch)->text_of(record));
      const Origin& origin = (*batch)->origins[record.origin];
      CHECK((*batch)->original->view(origin.begin, origin.end) == all.records.back());
      all.places.push_back(
          cat((*batch)->line_of(record.origin), " ", (*batch)->offset + origin.begin));
    }
    for (const DeadRecord& dead : (*batch)->dead) {
      all.dead.push_back(cat((*batch)->line_of(dead.origin), " ",
                             (*batch)->offset + (*batch)->origins[dead.origin].begin, " ",
                             dead.kind, " ", dead.length));
    }
  }
}

}  // namespace

TEST_CASE("the elements of an array are the records, their bytes as they are") {
  const std::string content =
      "\xef\xbb\xbf \n[ {\"a\": 1,\n  \"b\": [2, \"],\"]}\n,null,\"x\" ,-1.5e3, [ ]\n]\n\n";
  for (std::size_t size = 1; size < content.size() + 2; ++size) {
    const Everything all = read_array(content, size);
    CHECK(all.error == "");
    CHECK(all.records ==
          Texts{"{\"a\": 1,\n  \"b\": [2, \"],\"]}", "null", "\"x\"", "-1.5e3", "[ ]"});
    CHECK(all.places == Texts{"2 7", "4 35", "4 40", "4 45", "4 53"});
    CHECK(all.read == 5);
  }
}

TEST_CASE("an empty array has no records") {
  for (const char* content : {"[]", " [ \n ] ", "\xef\xbb\xbf[]\n"}) {
    const Everything all = read_array(content, 20);
    CHECK(all.error == "");
    CHECK(all.read == 0);
  }
}

TEST_CASE(
    "an element far longer than a batch is one record, and so is one after much white space") {
  const std::string longest = cat("\"", std::string(3 << 20, 'x'), "\"");
  const std::string content = cat("[1,", longest, ",", std::string(1 << 20, '\n'), "2]");
  const Everything all = read_array(content, 256 << 10);
  CHECK(all.records == Texts{"1", longest, "2"});
  CHECK(all.places.back() == cat((1 << 20) + 1, " ", content.size() - 2));
}

TEST_CASE(
    "an element over the limit is dead, by place, length and digest; the next ones are read") {
  for (const std::size_t size : {101UL, 5000UL, 2UL << 20}) {
    for (const std::string& element :
         {cat("\"", std::string(size - 2, 'x'), "\""), std::string(size, '7'),
          cat("[", std::string(size - 2, ' '), "]"),
          cat("{\"a\\\"\":[\"]\"", std::string(size - 13, '\r'), "]}")}) {
      REQUIRE(element.size() == size);
      for (const std::size_t batch_size : {1UL, 1000UL, 256UL << 10}) {
        const Everything all = read_array(cat("[1,\n", element, " ,2]"), batch_size, 100);
        CHECK(all.error == "");
        CHECK(all.records == Texts{"1", "2"});
        CHECK(all.dead == Texts{cat("2 4 too long ", size)});
        CHECK(all.read == 3);
      }
    }
  }
}

TEST_CASE("what is not one array is an error with its place, and what stands before it was read") {
  struct Wrong {
    const char* content;
    const char* place;  // line, and offset
    const char* expected;
    std::size_t records;
  };
  const Wrong table[] = {
      {"", "a.json:1: ", "the file ends before an array begins (at offset 0)", 0},
      {"\n\n", "a.json:3: ", "at offset 2)", 0},
      {"{\"a\":1}\n{\"a\":2}\n", "a.json:1: ",
       "expected [ (for one record a line the format is \"ndjson\") (at offset 0)", 0},
      {"[1,2", "a.json:1: ", "the file ends and the array does not (at offset 4)", 1},
      {"[1,", "a.json:1: ", "the file ends and the array does not (at offset 3)", 1},
      {"[1,{\"a\":\n[2", "a.json:2: ", "at offset 11)", 1},
      {"[1,\"abc", "a.json:1: ", "at offset 7)", 1},
      {"[1,]", "a.json:1: ", "at offset 3)", 1},
      {"[,1]", "a.json:1: ", "at offset 1)", 0},
      {"[1\n2]", "a.json:2: ", "expected a comma or ] (at offset 3)", 1},
      {"[1}", "a.json:1: ", "expected a comma or ] (at offset 2)", 1},
      {"[1] 2", "a.json:1: ", "behind the array (at offset 4)", 1},
      {"[1]\n[2]", "a.json:2: ", "behind the array (at offset 4)", 1},
      {"[1,{\"a\":tru},3]", "a.json:1: ", "at offset 8)", 1},
      {"[1,{\"a\":\"x},{\"a\":\"y\"}]", "a.json:1: ", "at offset 14)", 1},
  };
  for (const Wrong& wrong : table) {
    for (const std::size_t size : {1UL, 5UL, 256UL << 10}) {
      const Everything all = read_array(wrong.content, size);
      CAPTURE(all.error);
      CHECK(all.error.starts_with(wrong.place));
      CHECK(all.error.find(wrong.expected) != std::string::npos);
      CHECK(all.records.size() == wrong.records);
    }
  }
}

TEST_CASE("an element over the limit that is not JSON is an error, too") {
  for (const char* ending : {"tru]", "\n\"]", "", "1 2]"}) {
    for (const std::size_t batch_size : {20UL, 256UL << 10}) {
      const Everything all =
          read_array(cat("[1,[\"", std::string(5000, 'x'), "\",", ending), batch_size, 100);
      CHECK(all.error.find("at offset 50") != std::string::npos);
      CHECK(all.records == Texts{"1"});
    }
  }
}

TEST_CASE("a number at the end of the file is no element: more of it, or the ], may be lost") {
  for (const std::size_t digits : {3UL, 30UL, 5000UL}) {
    const std::string content = cat("[1,\n", std::string(digits, '6'));
    for (const std::size_t batch_size : {1UL, 20UL, 1000UL, 256UL << 10}) {
      const Everything all = read_array(content, batch_size, 9);
      CHECK(all.records == Texts{"1"});
      CHECK(all.dead.empty());
      CHECK(all.error.starts_with("a.json:2: "));
      const std::string place = cat("the array does not (at offset ", content.size(), ")");
      CHECK(all.error.find(place) != std::string::npos);
    }
  }
}

TEST_CASE("bytes that are not UTF-8 put no boundary in doubt: that record dies alone") {
  Folder folder;
  const auto os = make_os();
  const std::vector<Input> inputs = {{folder.write("a", "[1,\"\xff\",2]"), 0, 0}};
  Source source(*os, inputs, {.format = Format::array});
  Batch batch = **source.next();
  validate(batch);
  CHECK(batch.counts.read == 3);
  CHECK(batch.counts.dead == 1);
  CHECK(batch.dead.front().kind == "encoding");
  CHECK(test::outgoing(batch) == "1\n2\n");
}

TEST_CASE("reading can begin at any element, too") {
  Folder folder;
  const auto os = make_os();
  const std::vector<Input> inputs = {{folder.write("a", " [1, [2] ,3]"), 0, 0}};
  for (const std::uint64_t offset : {5UL, 4UL, 3UL}) {
    Source source(*os, inputs, {.format = Format::array});
    REQUIRE(source.start_at({.offset = offset, .line = 7}).ok());
    auto batch = source.next();
    REQUIRE(batch.ok());
    CHECK((*batch)->text->view() == "[2]\n3\n");
    CHECK((*batch)->line_of(0) == 7);
  }
}
