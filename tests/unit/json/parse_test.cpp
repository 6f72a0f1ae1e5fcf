#include "modules/json/parse.h"

#include <cstdlib>
#include <cstring>
#include <memory>

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "tests/unit/json/events.h"

using namespace adyton::json;
using adyton::cat;
using adyton::json::test::Events;
using adyton::json::test::TextEvents;

namespace {

std::string events(const std::string& text, const ParseOptions& options = {}) {
  Events handler;
  const auto error = parse(text, options, handler);
  return error ? cat("fault: ", describe(error->fault)) : handler.text();
}

/// The fault and its place: "Expecting value @3".
std::string fault(const std::string& text, const ParseOptions& options = {}) {
  Events handler;
  const auto error = parse(text, options, handler);
  return error ? cat(describe(error->fault), " @", error->offset) : "none";
}

/// A text whose last byte is the last of its memory page would show an over-read to the sanitizer;
/// an exact heap block does it as well.
std::string fault_in_exact_block(std::string_view text) {
  const auto block = std::make_unique<char[]>(text.size() + 1);
  std::memcpy(block.get(), text.data(), text.size());
  block[text.size()] = '\0';
  Events handler;
  const auto error = parse({block.get(), text.size()}, {}, handler);
  return error ? cat(describe(error->fault), " @", error->offset) : "none";
}

}  // namespace

TEST_CASE("every kind of value is one event") {
  CHECK(events("null") == "n");
  CHECK(events(" true ") == "t");
  CHECK(events("false") == "f");
  CHECK(events("-12") == "i-12");
  CHECK(events("1.5e1") == "r15.0");
  CHECK(events("\"a\"") == "\"a\"");
  CHECK(events("[]") == "[ ]0");
  CHECK(events("{}") == "{ }0");
}

TEST_CASE("containers are told how much they hold") {
  CHECK(events(R"( { "a" : [ 1 , [ ] , { "b" : null } ] , "c" : "d" } )") ==
        R"({ "a": [ i1 [ ]0 { "b": n }1 ]3 "c": "d" }2)");
}

TEST_CASE("white space of every kind and length separates tokens") {
  const std::string space = cat(std::string(40, ' '), "\r\n\t", std::string(17, ' '));
  CHECK(events(cat(space, "[", space, "1", space, ",", space, "2", space, "]", space)) ==
        "[ i1 i2 ]2");
  CHECK(fault("\f1") == "Expecting value @0");
  CHECK(fault("\xC2\xA0"
              "1") == "Expecting value @0");
}

TEST_CASE("an integer that does not fit 64 bits keeps its digits") {
  CHECK(events("9223372036854775807") == "i9223372036854775807");
  CHECK(events("9223372036854775808") == "b9223372036854775808");
  CHECK(events("-9223372036854775808") == "i-9223372036854775808");
  CHECK(events("-9223372036854775809") == "b-9223372036854775809");
  CHECK(events("18446744073709551617") == "b18446744073709551617");
  CHECK(events("100000000000000000000000000") == "b100000000000000000000000000");
}

TEST_CASE("a handler can have numbers as they are written") {
  TextEvents handler;
  const std::string text = "[-0, 1.50, 2E+7, 123456789012345678901234567890]";
  CHECK_FALSE(parse(text, {}, handler));
  CHECK(handler.texts == "-0 1.50 2E+7 123456789012345678901234567890 ");
  CHECK(handler.kinds == "irri");
}

TEST_CASE("NaN and the infinities are read where they are accepted") {
  ParseOptions options;
  options.non_finite = NonFinite::accept;
  CHECK(events("[NaN, Infinity, -Infinity]", options) == "[ NaN N+ N- ]3");
  CHECK(fault("[NaN]") == "NaN and Infinity are not allowed @1");
  CHECK(fault("-Infinity") == "NaN and Infinity are not allowed @0");
  CHECK(fault("-Inf", options) == "Expecting value @0");
  CHECK(fault("-NaN", options) == "Expecting value @0");
  CHECK(fault("Infinit", options) == "Expecting value @0");
}

TEST_CASE("a fault names its place") {
  CHECK(fault("") == "Expecting value @0");
  CHECK(fault("[") == "Expecting value @1");
  CHECK(fault("[1") == "Expecting ',' delimiter @2");
  CHECK(fault("[1 2]") == "Expecting ',' delimiter @3");
  CHECK(fault("[1}") == "Expecting ',' delimiter @2");
  CHECK(fault("{\"a\":1]") == "Expecting ',' delimiter @6");
  CHECK(fault("{") == "Expecting property name enclosed in double quotes @1");
  CHECK(fault("{1:2}") == "Expecting property name enclosed in double quotes @1");
  CHECK(fault("{\"a\" 1}") == "Expecting ':' delimiter @5");
  CHECK(fault("{\"a\":}") == "Expecting value @5");
  CHECK(fault("1 2") == "Extra data @2");
  CHECK(fault("01") == "Extra data @1");
  CHECK(fault("1.") == "Extra data @1");
  CHECK(fault("-") == "Expecting value @0");
  CHECK(fault("nul") == "Expecting value @0");
  CHECK(fault("\"\\q\"") == "Invalid \\escape @1");
  CHECK(fault("\"\\u12g4\"") == "Invalid \\uXXXX escape @2");
  CHECK(fault("\"ab") == "Unterminated string starting at @0");
  CHECK(fault("[\"ab\\") == "Unterminated string starting at @1");
  CHECK(fault("\"a\nb\"") == "Invalid control character at @2");
}

TEST_CASE("a trailing comma is a fault of its own with both places") {
  Events handler;
  auto error = parse(std::string("[1, ]"), {}, handler);
  REQUIRE(error);
  CHECK(error->fault == ParseFault::trailing_comma_in_array);
  CHECK(error->offset == 4);
  CHECK(error->comma == 2);
  error = parse(std::string("{\"a\":1,}"), {}, handler);
  REQUIRE(error);
  CHECK(error->fault == ParseFault::trailing_comma_in_object);
  CHECK(error->offset == 7);
  CHECK(error->comma == 6);
}

TEST_CASE("a NUL in the text is a character like any other that does not belong there") {
  CHECK(fault(std::string("[1\0]", 4)) == "Expecting ',' delimiter @2");
  CHECK(fault(std::string("\"a\0b\"", 5)) == "Invalid control character at @2");
  CHECK(fault(std::string("1\0", 2)) == "Extra data @1");
  ParseOptions options;
  options.control_characters = ControlCharacters::accept;
  CHECK(events(std::string("\"a\0b\"", 5), options) == std::string("\"a\0b\"", 5));
  CHECK(fault(std::string("\"a\0", 3), options) == "Unterminated string starting at @0");
}

TEST_CASE("control characters are accepted on request, at every place of a block") {
  ParseOptions options;
  options.control_characters = ControlCharacters::accept;
  for (std::size_t at = 0; at < 40; ++at) {
    std::string content(40, 'x');
    content[at] = '\n';
    const std::string quoted = cat('"', content, '"');
    CHECK(events(quoted, options) == quoted);
    CHECK(fault(quoted) == cat("Invalid control character at @", at + 1));
  }
}

TEST_CASE("bytes that are no UTF-8 are refused in values and keys") {
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x9F\xBF", "\xF4\x90\x80\x80", "\xC3",
                          "\xE2\x82", "\xF0\x9F\x98", "\xFF"}) {
    CHECK(fault(cat("[\"ab", bad, "\"]")) == "Invalid UTF-8 @2");
    CHECK(fault(cat("{\"", bad, "\":1}")) == "Invalid UTF-8 @2");
  }
}

TEST_CASE("nesting is limited by the option and not by the stack") {
  ParseOptions options;
  options.max_depth = 300'000;
  const std::string opening(300'000, '[');
  const std::string closing(300'000, ']');
  Events handler;
  CHECK_FALSE(parse(opening + closing, options, handler));
  options.max_depth = 299'999;
  const auto error = parse(opening + closing, options, handler);
  REQUIRE(error);
  CHECK(error->fault == ParseFault::array_too_deep);
  CHECK(error->offset == 299'999);
  CHECK(fault("[{}]", {.max_depth = 1}) == "Object nested too deeply @1");
}

TEST_CASE("a handler that returns false stops the parse at that event") {
  const std::string text =
      R"({"a": [1, 2.5, true, null, "s", NaN, 99999999999999999999], "b": {}})";
  ParseOptions options;
  options.non_finite = NonFinite::accept;
  Events all;
  REQUIRE_FALSE(parse(text, options, all));
  for (int stop = 1; stop <= all.count(); ++stop) {
    Events some(stop);
    const auto error = parse(text, options, some);
    REQUIRE(error);
    CHECK(error->fault == ParseFault::stopped);
    CHECK(some.count() == stop);
    CHECK(all.text().starts_with(some.text()));
  }
}

TEST_CASE("no truncation of a document is a document, nor read beyond its end") {
  const std::string text =
      R"({"key one": [1, -2.5e+10, true, false, null, "a\u00e9\ud83d\ude00\n long enough to fill)"
      R"( a block or two of sixteen", {"x": []}], "é": "ünïcödé and more of it"})";
  CHECK(fault_in_exact_block(text) == "none");
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK(fault_in_exact_block(std::string_view(text).substr(0, size)) != "none");
  }
}
