#include "modules/json/stream.h"

#include <doctest/doctest.h>

#include "modules/json/scan.h"
#include "tests/unit/json/stream_support.h"

using namespace adyton::json;
using namespace adyton::json::test;
using adyton::cat;

namespace {

std::string written(const StreamLayout& layout, std::string_view text,
                    std::string_view pointer = "") {
  const Passed passed = pass(writes(layout, pointer), text);
  CHECK(passed.fault == "none");
  return passed.written;
}

/// The same for every cut into two, and byte by byte.
void check_cuts(const MakeStream& make, std::string_view text) {
  CAPTURE(text);
  const Passed whole = pass(make, text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    CHECK(pass(make, {text.substr(0, cut), text.substr(cut)}) == whole);
  }
  CHECK(pass_bytes(make, text) == whole);
}

}  // namespace

TEST_CASE("compact: only the white space between tokens goes") {
  CHECK(written(compact, " { \"a b\" : [ 1.50 , -0e+1 , \"\\u00e9 \\/\" ] ,\r\n\t\"\" : { } } ") ==
        "{\"a b\":[1.50,-0e+1,\"\\u00e9 \\/\"],\"\":{}}\n");
  CHECK(written(compact, " 1e400 ") == "1e400\n");
}

TEST_CASE("indented: every element on its own line, empty containers closed at once") {
  CHECK(written(indented, R"({"a":[1,[],{}, [2]],"b":{"c":null}})") ==
        "{\n  \"a\": [\n    1,\n    [],\n    {},\n    [\n      2\n    ]\n  ],\n"
        "  \"b\": {\n    \"c\": null\n  }\n}\n");
  CHECK(written({.indent = 4}, "[1]") == "[\n    1\n]\n");
  CHECK(written(indented, "[ ]") == "[]\n");
  CHECK(written(indented, "\"x\"") == "\"x\"\n");
}

TEST_CASE("an indented text, made compact, is the compact text") {
  for (const std::string& text : sample_texts()) {
    const Passed form = pass(writes(indented), text);
    if (form.fault != "none") continue;
    CHECK(pass(writes(compact), form.written) == pass(writes(compact), text));
  }
}

TEST_CASE("colours stand around tokens and nowhere else") {
  const StreamColors colors = {
      .key = "<k>", .string = "<s>", .number = "<n>", .word = "<w>", .reset = "</>"};
  CHECK(written({.indent = std::nullopt, .colors = colors}, R"({"a":["b",1,true]})") ==
        "{<k>\"a\"</>:[<s>\"b\"</>,<n>1</>,<w>true</>]}\n");
}

TEST_CASE("whatever the cut, what is written and what is refused is the same") {
  const StreamColors colors = {
      .key = "<k>", .string = "<s>", .number = "<n>", .word = "<w>", .reset = "</>"};
  for (const std::string& text : sample_texts()) {
    check_cuts(check, text);
    check_cuts(writes(compact), text);
    check_cuts(writes(indented), text);
    check_cuts(writes({.indent = 1, .colors = colors}), text);
    check_cuts(writes({.indent = std::nullopt, .strings = WholeStrings::raw}), text);
    check_cuts(writes(compact, "/*/*"), text);
    check_cuts([](StreamOutput& out) { return make_canonical_stream(out); }, text);
  }
}

TEST_CASE("a pointer picks values wherever they stand") {
  const std::string_view text =
      R"({"a":[10,[20,21],{"b":30}],"a/b~c":1,"\u0061\u00e9":2,"*":3,"b":{"a":{"x":4}},"e":{}})";
  CHECK(written(compact, text, "/a") == "[10,[20,21],{\"b\":30}]\n");
  CHECK(written(compact, text, "/a/0") == "10\n");
  CHECK(written(compact, text, "/a/1/1") == "21\n");
  CHECK(written(compact, text, "/a/2/b") == "30\n");
  CHECK(written(compact, text, "/a~1b~0c") == "1\n");
  CHECK(written(compact, text, "/a\xc3\xa9") == "2\n");
  CHECK(written(compact, text, "/~2") == "3\n");
  CHECK(written(compact, text, "/b/a/x") == "4\n");
  CHECK(written(compact, text, "/a/*") == "10\n[20,21]\n{\"b\":30}\n");
  CHECK(written(compact, text, "/*/*") == "10\n[20,21]\n{\"b\":30}\n{\"x\":4}\n");
  CHECK(written(compact, text, "/a/*/b") == "30\n");
  CHECK(written(indented, text, "/a/1") == "[\n  20,\n  21\n]\n");
  for (const char* nothing :
       {"/a/3", "/a/00", "/a/-", "/c", "/b/x", "/e/a", "/a/0/0", "/a~1b~0c/0"}) {
    CHECK(written(compact, text, nothing) == "");
  }
}

TEST_CASE("of a repeated key every value is picked") {
  CHECK(written(compact, R"({"a":1,"b":{"a":9},"a":[2]})", "/a") == "1\n[2]\n");
}

TEST_CASE("picked values do not depend on the cut") {
  const std::string_view text =
      R"([{"id":1,"\u0069d2":"x","tags":["a",{"b":"c"}]}, {"id" : "\ud83d\ude00"}, 3])";
  for (const char* pointer : {"/*/id", "/0/tags/1/b", "/0/id2", "/1", "/*", "/2", "/*/tags/*"}) {
    check_cuts(writes(compact, pointer), text);
    check_cuts(writes({.indent = 2, .strings = WholeStrings::raw}, pointer), text);
  }
}

TEST_CASE("a key far longer than the pointer's is not gathered, and is another key") {
  const std::string longer(1 << 20, 'a');
  CHECK(written(compact, cat("{\"", longer, "\":1,\"a\":2}"), "/a") == "2\n");
  // The same key, spelt as long as can be.
  CHECK(written(compact, R"({"\u0061\u0062":1})", "/ab") == "1\n");
}

TEST_CASE("the text of a value that is not picked is checked all the same") {
  CHECK(pass(writes(compact, "/a"), "{\"a\":1,\"b\":[tru]}").fault == "Expecting value @12");
  CHECK(pass(writes(compact, "/a"), "{\"a\":1}x").fault == "Extra data @7");
}

TEST_CASE("raw: a string that is the whole value is its characters") {
  const StreamLayout raw{.indent = std::nullopt, .strings = WholeStrings::raw};
  CHECK(written(raw, R"("a\"b\\\/\n\u00e9\ud83d\ude00")") == "a\"b\\/\n\xc3\xa9\xf0\x9f\x98\x80\n");
  CHECK(written(raw, R"(["a"])") == "[\"a\"]\n");
  CHECK(written(raw, R"({"a":"b"})") == "{\"a\":\"b\"}\n");
  CHECK(written(raw, R"(["a",1])", "/*") == "a\n1\n");
  CHECK(written(raw, "\"\"") == "\n");
}

TEST_CASE("raw: a surrogate without its other half is noticed wherever it is cut") {
  const StreamLayout raw{.indent = std::nullopt, .strings = WholeStrings::raw};
  const Pointer all;
  for (const char* text : {R"("\ud83d")", R"("\ud83d\n")", R"("\ud83dx")", R"("\ud83d\u0041")",
                           R"("\ude00\ud83d")", R"("a\ud83d\ud83d\ude00")"}) {
    const std::string_view whole = text;
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
      StringOutput out;
      const auto stream = make_stream(raw, all, out);
      CHECK_FALSE(stream->feed(whole.substr(0, cut)));
      CHECK_FALSE(stream->feed(whole.substr(cut)));
      CHECK_FALSE(stream->finish());
      CHECK(stream->lone_surrogate());
    }
  }
}

TEST_CASE("containers nest up to max_depth deep") {
  const std::string open(max_depth, '[');
  const std::string close(max_depth, ']');
  CHECK(pass(check, open + close).fault == "none");
  CHECK(pass(check, "[" + open + close + "]").fault == cat("Array nested too deeply @", max_depth));
  CHECK(pass(check, open + "{}").fault == cat("Object nested too deeply @", max_depth));
  // Kinds are remembered all the way down.
  std::string mixed;
  for (unsigned i = 0; i < max_depth / 2; ++i) mixed += "[{\"\":";
  mixed += "0";
  for (unsigned i = 0; i < max_depth / 2; ++i) mixed += "}]";
  CHECK(pass(check, mixed).fault == "none");
  CHECK(pass_bytes(check, mixed).fault == "none");
}

TEST_CASE("documents one after the other: offsets go on, a broken one leaves no trace") {
  StringOutput out;
  const Pointer all;
  const auto stream = make_stream(indented, all, out);
  CHECK(stream->blank());
  CHECK_FALSE(stream->feed("[1]"));
  CHECK_FALSE(stream->blank());
  CHECK_FALSE(stream->finish());
  stream->restart(1);
  CHECK_FALSE(stream->feed("  "));
  CHECK(stream->blank());
  stream->restart(1);
  CHECK_FALSE(stream->feed("\"a"));
  CHECK(stream->open_string() == 7);
  const Fault fault = stream->finish();
  CHECK(fault.offset == 7);
  CHECK(std::string_view(fault.message) == "Unterminated string starting at");
  CHECK(stream->values() == 1);
  CHECK(out.take() == "[\n  1\n]\n\"a");
}

TEST_CASE("of a broken document no value stays that was picked from it before the fault") {
  const Passed passed = pass(writes(compact, "/a"), R"({"a":1,"b":tru})");
  CHECK(passed.fault == "Expecting value @11");
  CHECK(passed.written == "");
}

TEST_CASE("a BOM may stand before the first document only") {
  StringOutput out;
  const Pointer all;
  const auto stream = make_stream(compact, all, out);
  CHECK_FALSE(stream->feed("\xef\xbb\xbf 1"));
  CHECK_FALSE(stream->finish());
  stream->restart(1);
  CHECK(stream->feed("\xef\xbb\xbf 1").offset == 6);
  CHECK(out.take() == "1\n");

  const auto behind_a_blank_line = make_stream(compact, all, out);
  behind_a_blank_line->restart(1);
  CHECK(behind_a_blank_line->feed("\xef\xbb\xbf 1").offset == 1);
}

TEST_CASE("output: what is not committed can be taken back while it is in the block") {
  StringOutput out;
  out.put("kept");
  out.commit();
  out.put("gone");
  out.roll_back();
  out.put("!");
  out.flush_committed();
  out.put_blanks(3);
  out.put(std::string(StreamOutput::block_size + 1, 'x'));
  CHECK(out.take() == "kept!   " + std::string(StreamOutput::block_size + 1, 'x'));
}
