#include "host/pipeline/encode.h"

#include <doctest/doctest.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;
using Texts = std::vector<std::string>;

namespace {

/// The elements of an array as one batch, as the source would cut it.
Batch elements_of(std::string_view array) {
  Folder folder;
  const std::vector<Input> inputs = {{folder.write("in.json", array), 0, 0}};
  const auto os = make_os();
  Source source(*os, inputs, {.format = Format::array});
  return **source.next();
}

EncodedBatch encoded(const Batch& batch, Format format, Texts columns = {}) {
  return *encode(batch, {"out", Compression::none, format, std::move(columns)});
}

Texts refusals(const EncodedBatch& batch) {
  Texts all;
  for (const Refused& refused : batch.refused) {
    all.push_back(cat(refused.record, " ", refused.why.kind));
  }
  return all;
}

}  // namespace

TEST_CASE("to NDJSON go the live records and the blank lines, in order") {
  Batch batch = test::batch_of("1\n\n2\n3\n4");
  batch.drop(batch.records[2]);
  batch.kill(batch.records[3], {});
  CHECK(encoded(batch, Format::ndjson).bytes() == "1\n\n4");
  CHECK(encoded(batch, Format::ndjson).records == 2);
  CHECK_FALSE(encoded(batch, Format::ndjson).ends_line);
  batch.drop(batch.records[4]);
  CHECK(encoded(batch, Format::ndjson).bytes() == "1\n\n");
  CHECK(encoded(batch, Format::ndjson).ends_line);
}

TEST_CASE(
    "an element with line breaks between its tokens becomes one line of NDJSON, its strings "
    "untouched") {
  const Batch batch = elements_of(
      "[\n  {\n    \"a\" : \"x  \\n y\" ,\r\n\t\"b\": [ 1,\n\n 2 ]\n  },\n  { \"c\" : 3 "
      "},\"\\\\\"]");
  CHECK(encoded(batch, Format::ndjson).bytes() ==
        "{\"a\" : \"x  \\n y\" ,\"b\": [ 1,2 ]}\n{ \"c\" : 3 }\n\"\\\\\"\n");
}

TEST_CASE(
    "a line whose record holds line breaks, behind a byte order mark or without an ending, stays a "
    "line") {
  Batch batch = test::batch_of("\xef\xbb\xbf {}\r\n\n1");
  Rewrite rewrite(batch);
  rewrite.begin(batch.records[0]);
  rewrite.append(" {\n\"a\":\n1} ");
  rewrite.end();
  rewrite.keep(batch.records[1]);
  rewrite.begin(batch.records[2]);
  rewrite.append("[\n2]\n");
  rewrite.end();
  rewrite.begin(batch.records[2]);
  rewrite.append("3");
  rewrite.end();
  rewrite.finish();
  batch.line_breaks = true;
  CHECK(encoded(batch, Format::ndjson).bytes() == "\xef\xbb\xbf {\"a\":1} \r\n\n[2]\n3");
}

TEST_CASE("a carriage return alone breaks no line: a record that came as one keeps it") {
  Batch batch = test::batch_of("{\"a\":\r1}\n{\"b\":\r2}\n");
  Rewrite rewrite(batch);
  rewrite.keep(batch.records[0]);
  rewrite.begin(batch.records[1]);
  rewrite.append("{\"b\":\r[\n2]}");
  rewrite.end();
  rewrite.finish();
  batch.line_breaks = true;
  CHECK(encoded(batch, Format::ndjson).bytes() == "{\"a\":\r1}\n{\"b\":[2]}\n");
  CHECK(encoded(elements_of("[[\r1]]"), Format::ndjson).bytes() == "[1]\n");
}

TEST_CASE("to an array go the values of the live records as they are, commas between them") {
  Batch batch = test::batch_of("\xef\xbb\xbf 1 \r\n\n{\"a\" : 2}\n3\n[4]");
  batch.drop(batch.records[3]);
  const EncodedBatch out = encoded(batch, Format::array);
  CHECK(out.bytes() == "1,\n{\"a\" : 2},\n[4]");
  CHECK(out.records == 3);
  CHECK(encoded(elements_of("[ {\n\"a\":1}\n,2]"), Format::array).bytes() == "{\n\"a\":1},\n2");
}

TEST_CASE(
    "to a table go rows: strings as their characters, null as nothing, the rest as JSON text") {
  const Batch batch = test::batch_of(
      "{\"a\":\"x\",\"b\":1.50,\"c\":null}\r\n"
      "\n"
      " { \"c\" : {\"d\": [1, 2]} , \"a\" : \"q\\\"\\u00e4\\n\" } \n"
      "{}\n"
      "{\"\\u0062\":true,\"a\":\" , \"}");
  const EncodedBatch out = encoded(batch, Format::csv);
  CHECK(out.columns == Texts{"a", "b", "c"});
  CHECK(out.bytes() ==
        "x,1.50,\r\n\"q\"\"\xc3\xa4\n\",,\"{\"\"d\"\": [1, 2]}\"\n,,\n\" , \",true,");
  CHECK(out.records == 4);
  CHECK(out.ending == "\r\n");
  CHECK_FALSE(out.ends_line);
  CHECK(out.refused.empty());
  CHECK_FALSE(out.provisional);
  CHECK(encoded(test::batch_of("{\"a\":\"\"}\n{\"a\":\"b\\tc\"}\n"), Format::tsv).bytes() ==
        "\"\"\n\"b\tc\"\n");
}

TEST_CASE("what cannot be a row of the table is refused, and leaves no part of a row behind") {
  const Batch batch = test::batch_of(
      "[1]\n{}\n{\"a\":1,\"a\":2}\n{\"a\":\"\\ud800\"}\n{\"a\":1,\"b\":2}\n{\"b\":\"\\udc00\"}\n"
      "{\"a\":1,\"x\":2}\n7\n{\"b\":1,\"b\":2}\n{}\n");
  const EncodedBatch out = encoded(batch, Format::csv);
  CHECK(out.columns == Texts{"a", "b"});
  CHECK(out.bytes() == "1,2\n,\n");
  CHECK(refusals(out) == Texts{"0 not an object", "1 no columns", "2 repeated key", "3 encoding",
                               "5 encoding", "6 unknown column", "7 not an object",
                               "8 repeated key"});
  CHECK(out.provisional);
  const EncodedBatch named = encoded(batch, Format::csv, {"b", "a", "x"});
  CHECK(named.bytes() == ",,\n2,1,\n,1,2\n,,\n");
  CHECK(refusals(named) == Texts{"0 not an object", "2 repeated key", "3 encoding", "5 encoding",
                                 "7 not an object", "8 repeated key"});
  CHECK_FALSE(named.provisional);
}
