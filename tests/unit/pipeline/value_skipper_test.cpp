#include "host/pipeline/value_skipper.h"

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton;
using namespace adyton::pipeline;
using Outcome = ValueSkipper::Outcome;

namespace {

/// How the value ended, and how many bytes of `text` were taken, when it comes in pieces of `step`.
std::pair<Outcome, std::size_t> skipped(std::string_view text, std::size_t step) {
  ValueSkipper skipper;
  for (std::size_t at = 0; at < text.size(); at += step) {
    std::size_t used = 0;
    const Outcome outcome = skipper.take(text.substr(at, step), used);
    if (outcome != Outcome::more) return {outcome, at + used};
    if (used != std::min(step, text.size() - at)) return {Outcome::fault, std::string::npos};
  }
  return {Outcome::more, text.size()};
}

std::string padded(std::string_view text) {
  return std::string(text) + std::string(json::scan_padding, '\0');
}

}  // namespace

TEST_CASE("a value in pieces of any size ends where it ends in one piece") {
  for (const char* value :
       {"{}", "[]", "[ 1 , -2.5e+7,0,\"a\" ]", "{\"a\":{\"b\":[true,false,null]},\"c\":\"\"}",
        "\"x\\\"\\u00e4]\"", "[[[]],{\"\\\\\":[{}]}]", "\"\xff\"", "[0.1E-2]", "true"}) {
    for (const char* behind : {",", "]", " ,", "}", "x"}) {
      const std::string text = cat(value, behind);
      for (std::size_t step = 1; step <= text.size(); ++step) {
        CHECK(skipped(text, step) == std::pair(Outcome::done, std::string_view(value).size()));
      }
    }
  }
  CHECK(skipped("12,", 1) == std::pair(Outcome::done, std::size_t{2}));
  CHECK(skipped("12", 1) == std::pair(Outcome::more, std::size_t{2}));
}

TEST_CASE("what is no JSON is a fault where the scanner has it") {
  for (const char* text : {"[1 2]", "[1,]",      "[,1]",  "{\"a\"}",  "{\"a\" 1}", "{\"a\":1,}",
                           "{1:2}", "{a:1}",     "[tru]", "[nul]",    "[01]",      "[1.]",
                           "[-]",   "[1e]",      "[1e+]", "[\"\n\"]", "[\"\\x\"]", "[\"\\u12g4\"]",
                           "[1}",   "{\"a\":1]", "]",     ":",        "x"}) {
    const std::string bytes = padded(text);
    std::size_t cursor = 0;
    CHECK(json::skip_value({bytes.data(), std::string_view(text).size()}, cursor, 0));
    for (std::size_t step = 1; step < 5; ++step) {
      CHECK_MESSAGE(skipped(text, step).first == Outcome::fault, text);
    }
  }
}

TEST_CASE("a value may be nested as deep as the scanner allows, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(skipped(nested(json::max_depth), 100).first == Outcome::done);
  CHECK(skipped(nested(json::max_depth + 1), 100).first == Outcome::fault);
}
