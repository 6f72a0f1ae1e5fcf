#include "host/observe/summary.h"

#include <doctest/doctest.h>

using namespace adyton::observe;

namespace {

Summary make() {
  Summary summary;
  summary.job = "protect";
  summary.outcome = "done";
  summary.read = 200'003;
  summary.fanned_out = 5;
  summary.written = 200'002;
  summary.dropped = 2;
  summary.dead = 4;
  summary.blank = 7;
  summary.values = 600'000;
  summary.dead_by = {{0, "", "syntax", 1}, {1, "encrypt", "missing field", 3}};
  summary.first_dead = "data/a.ndjson:17: reading: syntax";
  summary.inputs = {"data/a.ndjson", "data/b.ndjson"};
  summary.outputs = {"out/a.ndjson"};
  summary.dead_letter = "out/dead.ndjson";
  summary.bytes_in = 100'000'000;
  summary.bytes_out = 1536;
  summary.seconds = 2;
  return summary;
}

}  // namespace

TEST_CASE("the summary tells people what became of the records") {
  CHECK(summary_text(make()) ==
        "protect: done in 2.0 s\n"
        "  read         200,003 records from 2 files (95 MiB, 50 MB/s, 100,001 records/s)\n"
        "  fanned out   5\n"
        "  written      200,002 records to \"out/a.ndjson\" (1.5 KiB)\n"
        "  dropped      2\n"
        "  dead         4 in \"out/dead.ndjson\"\n"
        "               1 x reading: syntax\n"
        "               3 x step 1 (encrypt): missing field\n"
        "               first: data/a.ndjson:17: reading: syntax\n"
        "  blank lines  7\n"
        "  values       600,000 encrypted or decrypted\n");
}

TEST_CASE("what did not happen is not told, but for dead records") {
  Summary summary;
  summary.job = "j";
  summary.outcome = "stopped";
  summary.read = 1;
  summary.inputs = {"-"};
  CHECK(summary_text(summary) ==
        "j: stopped in 0.0 s\n"
        "  read         1 record from - (0 B, 0 B/s, 0 records/s)\n"
        "  written      nothing was published\n"
        "  dead         0\n");
}

TEST_CASE("the summary is one JSON object on one line") {
  CHECK(summary_json(make()) ==
        R"({"job":"protect","outcome":"done","read":200003,"fanned_out":5,"written":200002,)"
        R"("dropped":2,"dead":4,"blank":7,"values":600000,"dead_by":[{"step":0,"use":"",)"
        R"("kind":"syntax","records":1},{"step":1,"use":"encrypt","kind":"missing field",)"
        R"("records":3}],"first_dead":"data/a.ndjson:17: reading: syntax",)"
        R"("inputs":["data/a.ndjson","data/b.ndjson"],"outputs":["out/a.ndjson"],)"
        R"("dead_letter":"out/dead.ndjson","bytes_in":100000000,"bytes_out":1536,)"
        R"("seconds":2.000000})"
        "\n");
}

TEST_CASE("any file name makes valid JSON") {
  Summary summary;
  summary.inputs = {
      "a\"\\\n\x01\xff"
      "é"};
  const std::string text = summary_json(summary);
  CHECK(text.find(R"("inputs":["a\"\\\u000a\u0001)"
                  "\ufffdé\"]") != std::string::npos);
}
