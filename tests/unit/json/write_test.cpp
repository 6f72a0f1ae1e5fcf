#include "modules/json/write.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton::json;
using adyton::cat;

namespace {

/// [1,{"a":2}] in a layout.
std::string sample(const Layout& layout) {
  StringBuffer out;
  Writer writer(out, layout);
  writer.open('[');
  put_integer(out, 1);
  writer.separate();
  writer.open('{');
  out.put("\"a\"");
  writer.colon();
  put_integer(out, 2);
  writer.close('}');
  writer.close(']');
  return out.take();
}

}  // namespace

TEST_CASE("a layout without an indent is one line") {
  CHECK(sample({}) == R"([1,{"a":2}])");
  CHECK(sample({", ", ": ", {}}) == R"([1, {"a": 2}])");
}

TEST_CASE("with an indent every element begins a line") {
  CHECK(sample({",", ": ", "  "}) == "[\n  1,\n  {\n    \"a\": 2\n  }\n]");
  CHECK(sample({";", "=", "\t"}) == "[\n\t1;\n\t{\n\t\t\"a\"=2\n\t}\n]");
  CHECK(sample({",", ":", ""}) == "[\n1,\n{\n\"a\":2\n}\n]");
}

TEST_CASE("numbers that are not finite have Python's names") {
  StringBuffer out;
  put_real(out, std::nan(""));
  put_real(out, -std::nan(""));
  put_real(out, std::numeric_limits<double>::infinity());
  put_real(out, -std::numeric_limits<double>::infinity());
  CHECK(out.take() == "NaNNaNInfinity-Infinity");
}

TEST_CASE("a buffer grows without losing what it holds") {
  StringBuffer out;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string part = cat(i, ',');
    out.put(part);
    expected += part;
  }
  CHECK(out.written() == expected);
  CHECK(out.take() == expected);
  CHECK(out.take().empty());
}
