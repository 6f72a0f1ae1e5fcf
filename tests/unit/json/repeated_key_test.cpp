#include "modules/json/repeated_key.h"

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton::json;
using adyton::cat;

namespace {

std::string found(const std::string& text) {
  const auto repeated = find_repeated_key(text, {});
  return repeated ? cat(repeated->name, " @", repeated->offset) : "none";
}

}  // namespace

TEST_CASE("the first key that its object had already is found at its quote") {
  CHECK(found(R"({"a": 1, "a": 2})") == "a @9");
  CHECK(found(R"({"a": {"b": 1, "c": 2, "b": 3}, "a": 2})") == "b @23");
  CHECK(found(R"({"a": 1, "\u0061": 2})") == "a @9");
  CHECK(found(R"([{"a": 1}, {"a": 1, "": 2, "": 3}])") == " @27");
}

TEST_CASE("equal keys of different objects are not repeated") {
  CHECK(found(R"([{"a": {"a": [{"a": 1}]}}, {"a": 2}])") == "none");
}

TEST_CASE("of a text with a fault what lies before it counts") {
  CHECK(found(R"({"a": 1, "a": ?})") == "a @9");
  CHECK(found(R"({"a": ?, "a": 1})") == "none");
}
