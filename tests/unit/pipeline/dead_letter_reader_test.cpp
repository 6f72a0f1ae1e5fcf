#include "host/pipeline/dead_letter_reader.h"

#include <string>

#include <doctest/doctest.h>

#include "host/pipeline/dead_letter.h"
#include "tests/unit/pipeline/memory_os.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

std::string entry_of(std::string_view line, const DeadLetterForm& form) {
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
  const Batch batch = pipeline::test::batch_of("{}\n" + std::string(line));
  REQUIRE(append_dead_letter(job, "in", batch, why, form, out).ok());
  return out;
}

std::string entry_of(std::string_view line, RecordBytes bytes) {
  return entry_of(line, DeadLetterForm{bytes});
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

TEST_CASE("a sealed entry is read by who has the identity; without one, what is in the clear") {
  namespace age = crypto::age;
  const age::Identity identity = age::Identity::generate();
  const DeadLetterForm form{.recipients = *age::Recipients::of({identity.recipient()})};
  for (const std::string_view line : {"{\"a\":\"\xc3\xa9\"}", "\xff\xfe{"}) {
    adyton::test::MemoryOs os;
    os.files["dead"] = entry_of(line, form);
    auto reader = DeadLetterReader::open(os, "dead",
                                         std::make_shared<const age::Identities>(identity.clone()));
    const auto letter = reader->next();
    REQUIRE(letter);
    CHECK_FALSE((*letter)->sealed);
    CHECK((*letter)->detail == "d\x01");
    CHECK((*letter)->traceback == "t\n");
    CHECK((*letter)->record == std::string(line));

    auto without = DeadLetterReader::open(os, "dead");
    const auto closed = without->next();
    REQUIRE(closed);
    CHECK((*closed)->sealed);
    CHECK((*closed)->line == 2);
    CHECK((*closed)->detail.empty());
    CHECK_FALSE((*closed)->record.has_value());
  }
}

TEST_CASE("a sealed entry of another identity, or one that was changed, is told with its line") {
  namespace age = crypto::age;
  const age::Identity identity = age::Identity::generate();
  const DeadLetterForm form{.recipients = *age::Recipients::of({identity.recipient()})};
  const std::string entry = entry_of("{}", form);
  const auto refusal = [&](const std::string& file, const age::Identity& with) {
    adyton::test::MemoryOs os;
    os.files["dead"] = file;
    auto reader =
        DeadLetterReader::open(os, "dead", std::make_shared<const age::Identities>(with.clone()));
    const auto letter = reader->next();
    REQUIRE_FALSE(letter);
    CHECK(letter.error().where == "dead:1");
    return letter.error().code;
  };
  CHECK(refusal(entry, age::Identity::generate()) == ErrorCode::crypto);
  std::string changed = entry;
  char& c = changed[changed.size() - 20];
  c = c == 'A' ? 'B' : 'A';
  CHECK(refusal(changed, identity) == ErrorCode::crypto);
  changed.insert(changed.size() - 20, "!");
  CHECK(refusal(changed, identity) == ErrorCode::invalid);
}
