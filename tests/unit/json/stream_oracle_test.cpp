// The stream against those who see the whole text: the parser, fault by fault; Boost.JSON's parser
// of pieces; JSONTestSuite.

#include <random>

#include <boost/json/stream_parser.hpp>
#include <doctest/doctest.h>

#include "modules/json/parse.h"
#include "modules/json/scan.h"
#include "tests/unit/json/events.h"
#include "tests/unit/json/stream_support.h"

using namespace adyton::json;
using namespace adyton::json::test;
using adyton::cat;
using adyton::is_utf8;

namespace {

/// What the parser says of the text, in the stream's words.
std::string parser_fault(const std::string& text) {
  Events handler;
  ParseOptions options;
  options.max_depth = max_depth;
  const auto error = parse(text, options, handler);
  return error ? cat(describe(error->fault), " @", error->offset) : "none";
}

/// Where a text ends behind a \uXXXX, CPython blames the escape and not the string, and so does the
/// parser; the stream, the string.
bool ends_with_escape(const std::string& text) {
  return text.size() >= 6 && text[text.size() - 6] == '\\' && text[text.size() - 5] == 'u';
}

void compare_with_parser(const std::string& text) {
  CAPTURE(text);
  const std::string whole = pass(check, text).fault;
  CHECK(pass_bytes(check, text).fault == whole);
  if (!is_utf8(text)) {
    CHECK(whole != "none");
  } else if (!text.starts_with("\xef\xbb\xbf") && !ends_with_escape(text)) {
    CHECK(whole == parser_fault(text));
  }
}

/// Boost.JSON's verdict, fed in pieces of `size`.
bool boost_accepts(std::string_view text, std::size_t size) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::stream_parser parser({}, options);
  boost::json::error_code error;
  for (; !text.empty() && !error; text.remove_prefix(std::min(size, text.size()))) {
    parser.write(text.data(), std::min(size, text.size()), error);
  }
  if (!error) parser.finish(error);
  return !error;
}

/// Texts that are nearly JSON: documents with bytes changed, lost and doubled.
std::string mutated(std::mt19937_64& random) {
  const auto& texts = sample_texts();
  std::string text = texts[random() % texts.size()];
  static constexpr std::string_view bytes("{}[]:,\"\\u0123456789.eE+-truefalsn \n\t\xc3\xab\xff\0",
                                          40);
  for (std::size_t changes = 1 + random() % 3; changes > 0 && !text.empty(); --changes) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text.erase(at, 1 + random() % 3);
        break;
      case 1:
        text.insert(at, 1, bytes[random() % bytes.size()]);
        break;
      case 2:
        text[at] = bytes[random() % bytes.size()];
        break;
      default:
        text = cat(text.substr(0, at), texts[random() % texts.size()], text.substr(at));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the stream finds the parser's fault, at the parser's place") {
  for (const std::string& text : sample_texts()) compare_with_parser(text);
}

TEST_CASE("and so it does in texts that are nearly JSON") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) compare_with_parser(mutated(random));
}

TEST_CASE("the stream accepts what Boost.JSON accepts, in pieces of any size") {
  std::mt19937_64 random(5);
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = mutated(random);
    // A surrogate without its other half is JSON to RFC 8259, and not to Boost.JSON.
    if (text.starts_with("\xef\xbb\xbf") || text.find("\\uD") != text.npos) continue;
    CAPTURE(text);
    const std::size_t size = 1 + random() % 8;
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) {
      pieces.push_back(std::string_view(text).substr(at, size));
    }
    const bool good = pass(check, pieces).fault == "none";
    CHECK(good == boost_accepts(text, size));
    accepted += good ? 1 : 0;
  }
  CHECK(accepted > 1000);
}
