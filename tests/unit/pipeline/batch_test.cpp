#include "host/pipeline/batch.h"

#include <cstring>

#include <doctest/doctest.h>

#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;

TEST_CASE("validating kills what is not JSON and what is not UTF-8, and nothing else") {
  Batch batch = test::batch_of("{\"a\":1}\n{\"a\":}\n\n\"\xff\"\n[1]\n[\xc3\n");
  validate(batch);
  CHECK(batch.validated);
  CHECK(test::outgoing(batch) == "{\"a\":1}\n\n[1]\n");
  REQUIRE(batch.dead.size() == 3);
  CHECK(batch.dead[0].kind == "syntax");
  CHECK(batch.dead[0].detail == "expected a value at byte 6");
  CHECK(batch.dead[1].kind == "encoding");
  CHECK(batch.dead[1].detail == "not UTF-8 at byte 2");
  CHECK(batch.dead[1].origin == 3);
  CHECK(batch.dead[2].kind == "encoding");
  CHECK(batch.dead[2].detail == "not UTF-8 at byte 2");
  CHECK(batch.counts.dead == 3);
}

TEST_CASE("a rewrite that keeps everything gives the same bytes and offsets") {
  const std::string content = "\xef\xbb\xbf{\"a\":1}\r\n\n  [2]  \n3";
  Batch batch = test::batch_of(content);
  Rewrite rewrite(batch);
  for (const Record& record : batch.records) rewrite.keep(record);
  rewrite.finish();
  CHECK(batch.text->view() == content);
  CHECK(batch.text_of(batch.records[0]) == "{\"a\":1}");
  CHECK(batch.text_of(batch.records[2]) == "  [2]  ");
  CHECK(batch.original->view() == content);
}

TEST_CASE("a rewrite changes the record and keeps what stands around it") {
  Batch batch = test::batch_of("\xef\xbb\xbf{\"a\":1}\r\n2\n");
  Rewrite rewrite(batch);
  const Record& record = batch.records[0];
  rewrite.begin(record);
  rewrite.copy(record.text_begin, record.text_begin + 5);
  rewrite.append("\"new\"");
  std::memcpy(rewrite.grow(1), "}", 1);
  rewrite.end();
  rewrite.keep(batch.records[1]);
  rewrite.finish();
  CHECK(batch.text->view() == "\xef\xbb\xbf{\"a\":\"new\"}\r\n2\n");
  CHECK(batch.text_of(batch.records[0]) == "{\"a\":\"new\"}");
  CHECK(batch.text_of(batch.records[1]) == "2");
}

TEST_CASE("a text keeps its content while it grows, with zeros behind it") {
  Text text;
  for (int i = 0; i < 1000; ++i) text.append("abc");
  CHECK(text.size() == 3000);
  text.resize(2999);
  CHECK(text.view().ends_with("cab"));
  for (std::size_t i = 0; i < json::scan_padding; ++i) CHECK(text.data()[text.size() + i] == 0);
}

TEST_CASE("counts add up where nothing is lost") {
  Counts counts{.read = 10, .fanned_out = 2, .written = 9, .dropped = 2, .dead = 1};
  CHECK(counts.add_up());
  counts += Counts{.read = 1};
  CHECK_FALSE(counts.add_up());
}
