#include "host/pipeline/dead_letter.h"

#include <doctest/doctest.h>

#include "host/base/base64.h"
#include "modules/crypto/age/age.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

JobConfig job_with_encrypt() {
  JobConfig job;
  job.steps.push_back({.use = "encrypt", .at = {}, .options = {}, .places = {}});
  return job;
}

DeadRecord missing_field(std::uint32_t origin) {
  DeadRecord why;
  why.origin = origin;
  why.step = 1;
  why.kind = "missing field";
  why.field = "/user/email";
  why.detail = "canary in the detail";
  why.traceback = "canary in the traceback";
  return why;
}

std::string entry(const Batch& batch, const DeadRecord& why, RecordBytes bytes) {
  std::string out;
  REQUIRE(append_dead_letter(job_with_encrypt(), "data/a.ndjson", batch, why, {bytes}, out).ok());
  return out;
}

}  // namespace

TEST_CASE("an entry tells where the record came from, why it died, and the record") {
  const Batch batch = test::batch_of("{\"a\":1}\n{\"b\":\"\\u00e9\"}\r\n");
  CHECK(
      entry(batch, missing_field(1), RecordBytes::yes) ==
      R"({"file":"data/a.ndjson","offset":8,"line":2,"step":1,"use":"encrypt","reason":"missing field",)"
      R"("field":"/user/email","detail":"canary in the detail","traceback":"canary in the traceback",)"
      R"("record":"{\"b\":\"\\u00e9\"}"})"
      "\n");
}

TEST_CASE("an entry without bytes holds nothing that came from the record") {
  const Batch batch = test::batch_of("{\"canary\":1}\n");
  const std::string text = entry(batch, missing_field(0), RecordBytes::no);
  CHECK(text.find("canary") == std::string::npos);
  CHECK(text ==
        "{\"file\":\"data/a.ndjson\",\"offset\":0,\"line\":1,\"step\":1,\"use\":\"encrypt\","
        "\"reason\":\"missing field\",\"field\":\"/user/email\"}\n");
}

TEST_CASE("a record that is not UTF-8 is kept in base64") {
  const Batch batch = test::batch_of("\xff\xfe\n");
  DeadRecord why;
  why.kind = "encoding";
  CHECK(entry(batch, why, RecordBytes::yes).find("\"record_base64\":\"//4=\"") !=
        std::string::npos);
}

TEST_CASE("a line that was not kept is told by length and digest") {
  const Batch batch = test::batch_of("x\n");
  DeadRecord why;
  why.kind = "too long";
  why.length = 200;
  why.digest = "00ff";
  const std::string text = entry(batch, why, RecordBytes::yes);
  CHECK(text.find("\"length\":200,\"digest\":\"xxh3-128:00ff\"") != std::string::npos);
  CHECK(text.find("\"record\"") == std::string::npos);
}

TEST_CASE("people read one line") {
  const Batch batch = test::batch_of("{}\n{}\n");
  CHECK(describe_dead(job_with_encrypt(), "a.ndjson", batch, missing_field(1), RecordBytes::no) ==
        "a.ndjson:2: step 1 (encrypt): missing field /user/email");
}

TEST_CASE("an entry for a recipient holds nothing in the clear that came from the record") {
  const auto identity = crypto::age::Identity::generate();
  JobConfig job = job_with_encrypt();
  job.dead_letter.recipients = {identity.recipient()};
  const Batch batch = test::batch_of("{\"canary\":1}\n");
  std::string out;
  const DeadLetterForm form = DeadLetterForm::of(job);
  CHECK(form.in_the_clear == RecordBytes::no);
  REQUIRE(append_dead_letter(job, "a.ndjson", batch, missing_field(0), form, out).ok());
  CHECK(out.find("canary") == std::string::npos);
  constexpr std::string_view head =
      "{\"file\":\"a.ndjson\",\"offset\":0,\"line\":1,\"step\":1,\"use\":\"encrypt\","
      "\"reason\":\"missing field\",\"field\":\"/user/email\",\"sealed\":\"";
  REQUIRE(out.starts_with(head));
  REQUIRE(out.ends_with("\"}\n"));
  const auto sealed = base64::decode(out.substr(head.size(), out.size() - head.size() - 3),
                                     base64::Alphabet::standard);
  REQUIRE(sealed.has_value());
  CHECK(*crypto::age::open(*sealed, crypto::age::Identities(identity.clone())) ==
        R"({"detail":"canary in the detail","traceback":"canary in the traceback",)"
        R"("record":"{\"canary\":1}"})");
}
