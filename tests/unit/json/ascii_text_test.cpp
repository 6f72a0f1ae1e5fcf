#include "modules/json/ascii_text.h"

#include <doctest/doctest.h>

using namespace adyton::json;

namespace {

std::string in_ascii(std::string_view json) {
  StringBuffer out;
  put_json_ascii(out, json);
  return out.take();
}

}  // namespace

TEST_CASE("JSON text becomes ASCII by escaping what is not") {
  CHECK(in_ascii("") == "");
  CHECK(in_ascii("{\"a\": [1, \"\\n\\u20ac\"]}") == "{\"a\": [1, \"\\n\\u20ac\"]}");
  CHECK(in_ascii("[\"é€😀\",\"\u0080\u07ff\u0800\uffff\U00010000\U0010ffff\"]") ==
        "[\"\\u00e9\\u20ac\\ud83d\\ude00\","
        "\"\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff\"]");
  CHECK(in_ascii("\"x\xc3\xa9\"") == "\"x\\u00e9\"");
}
