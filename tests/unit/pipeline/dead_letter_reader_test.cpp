#include "host/pipeline/dead_letter_reader.h"

#include <string>

#include <doctest/doctest.h>

#include "host/pipeline/dead_letter.h"
#include "tests/unit/pipeline/memory_os.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

std::string entry_of(std::string_view line, RecordBytes bytes) {
  JobConfig job;
  job.steps.push_back({.use = "encrypt", .at = {}, .options = {}, .places = {}});
  const DeadRecord why{.origin = 1,
                       .step = 1,
                       .kind = "missing field",
                       .field = "/e",
                       .detail = "d\x01",
                       .traceback = "t\n",
                       .length = 0,
                       .digest = {}};
  std::string out;
  append_dead_letter(job, "in", pipeline::test::batch_of("{}\n" + std::string(line)), why, bytes,
                     out);
  return out;
}

}  // namespace

TEST_CASE("an entry is read as it was written, whatever bytes its record has") {
  for (const std::string_view line : {"{\"a\":\"\xc3\xa9\"}", "\xff\xfe{", "a\\\"\x02"}) {
    adyton::test::MemoryOs os;
    os.files["dead"] = entry_of(line, RecordBytes::yes);
    auto reader = DeadLetterReader::open(os, "dead");
    REQUIRE(reader);
    const auto letter = reader->next();
    REQUIRE(letter);
    REQUIRE(*letter);
    CHECK((*letter)->file == "in");
    CHECK((*letter)->offset == 3);
    CHECK((*letter)->line == 2);
    CHECK((*letter)->step == 1);
    CHECK((*letter)->use == "encrypt");
    CHECK((*letter)->reason == "missing field");
    CHECK((*letter)->field == "/e");
    CHECK((*letter)->detail == "d\x01");
    CHECK((*letter)->traceback == "t\n");
    CHECK((*letter)->record == std::string(line));
    CHECK_FALSE(reader->next()->has_value());
  }
}

TEST_CASE("an entry cut off anywhere is told with its line, and those before it are read") {
  const std::string first = entry_of("{}", RecordBytes::no);
  const std::string second = entry_of("{}", RecordBytes::yes);
  for (std::size_t end = 1; end + 1 < second.size(); ++end) {
    adyton::test::MemoryOs os;
    os.files["dead"] = first + second.substr(0, end);
    auto reader = DeadLetterReader::open(os, "dead");
    REQUIRE(reader->next());
    const auto cut = reader->next();
    REQUIRE_FALSE(cut);
    CHECK(cut.error().where == "dead:2");
  }
}
