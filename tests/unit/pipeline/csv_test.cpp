#include "host/pipeline/csv.h"

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton;
using namespace adyton::pipeline;
using Texts = std::vector<std::string>;

namespace {

struct Row {
  CsvFound found;
  Texts fields;
  std::string text;    // without the ending
  std::string behind;  // what comes after the row
  std::string fault;
};

Row row_of(std::string_view text, char delimiter = ',', Follows follows = Follows::nothing) {
  CsvRow row;
  Row out{find_row(text, 0, delimiter, follows, row), {}, {}, {}, {}};
  if (out.found != CsvFound::row) return out;
  for (const CsvField& field : row.fields) append_unquoted(text, field, out.fields.emplace_back());
  out.text = text.substr(0, row.text_end);
  out.behind = text.substr(row.end);
  if (row.fault != nullptr) out.fault = row.fault;
  return out;
}

}  // namespace

TEST_CASE("a row's fields are what stands between the delimiters, or in quotes") {
  CHECK(row_of("a,b,c\nd").fields == Texts{"a", "b", "c"});
  CHECK(row_of("a,b,c\nd").behind == "d");
  CHECK(row_of("a,b,c\r\nd").fields == Texts{"a", "b", "c"});
  CHECK(row_of("a,b,c\r\nd").text == "a,b,c");
  CHECK(row_of("a,b,c\r\nd").behind == "d");
  CHECK(row_of("\"a,\"\"b\"\"\r\n\",\"\",c").fields == Texts{"a,\"b\"\r\n", "", "c"});
  CHECK(row_of(" a , \"b\n").fault != "");
  CHECK(row_of(" a , b\n").fields == Texts{" a ", " b"});
  CHECK(row_of(",,\n").fields == Texts{"", "", ""});
  CHECK(row_of(",").fields == Texts{"", ""});
  CHECK(row_of("\n").fields == Texts{""});
  CHECK(row_of("\"\"\"\"").fields == Texts{"\""});
  CHECK(row_of("a\tb,c\t\"d\te\"", '\t').fields == Texts{"a", "b,c", "d\te"});
  CHECK(row_of("\xff,\x01,\x7f").fields == Texts{"\xff", "\x01", "\x7f"});
}

TEST_CASE("a row that is not as the format has it ends all the same at its newline") {
  for (const char* text :
       {"a,b\"c,d", "\"a\"b,c", "\"a\" ,b", "a\rb,c", "\"a\"\rb,c", "a,\"b\"\"c\"d", "a\"\"b"}) {
    const Row row = row_of(cat(text, "\nx"));
    CHECK(row.found == CsvFound::row);
    CHECK_MESSAGE(row.fault != "", text);
    CHECK(row.behind == "x");
  }
}

TEST_CASE("wherever a text is cut, a row that goes on is never taken for a whole one") {
  const std::string_view text = "a,\"b\r\n\"\"c\",,\"d\"\r\n";
  for (std::size_t size = 1; size < text.size(); ++size) {
    CHECK(row_of(text.substr(0, size), ',', Follows::more).found != CsvFound::row);
  }
  CHECK(row_of(text, ',', Follows::more).fields == Texts{"a", "b\r\n\"c", "", "d"});
}

TEST_CASE("a quote that is never closed is told from a row that merely lacks its ending") {
  CHECK(row_of("a,\"b\nc,d\n").found == CsvFound::open_quote);
  CHECK(row_of("a,\"b\"\"").found == CsvFound::open_quote);
  CHECK(row_of("a,\"b\"").found == CsvFound::row);
  CHECK(row_of("a,b\r").fields == Texts{"a", "b"});
}

TEST_CASE("a field is written in quotes where it must be, and comes back as it was") {
  for (const char delimiter : {',', '\t'}) {
    for (const char* value : {"", "a", "\"", "a,b", "a\tb", "\r", "\n", "\"\"", " a ",
                              "\xef\xbb\xbf"
                              "a",
                              "'"}) {
      std::string out;
      append_field(value, delimiter, Alone::no, out);
      CHECK(row_of(out, delimiter).fields == Texts{value});
      const bool special =
          std::string_view(value).find_first_of(
              delimiter == ',' ? ",\"\r\n\xef" : "\t\"\r\n\xef") != std::string_view::npos;
      CHECK(out.starts_with('"') == special);
    }
  }
  std::string alone;
  append_field("", ',', Alone::yes, alone);
  CHECK(alone == "\"\"");
}

TEST_CASE("a row that is skipped in pieces of any size ends where it ends in one piece") {
  for (const char* text : {"a,b\nx", "\"a\n\"\"\n\",b\r\nx", "\"a\"b\"\nx", "a\"b\nx",
                           ",\"\"\"\n\"\nx", "\"a\" \"\nx", "\nx"}) {
    CsvRow row;
    REQUIRE(find_row(text, 0, ',', Follows::nothing, row) == CsvFound::row);
    const std::string_view view = text;
    for (std::size_t step = 1; step <= view.size(); ++step) {
      RowSkipper skipper(',');
      std::size_t at = 0;
      for (;;) {
        const std::size_t used = skipper.take(view.substr(at, step));
        at += used;
        if (used < step) break;
      }
      CHECK(at + 1 == row.end);
    }
  }
  RowSkipper skipper(',');
  skipper.take("a,\"b\n");
  CHECK(skipper.in_quotes());
}
