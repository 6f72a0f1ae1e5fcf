#include "modules/json/array_text.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton::json;
using adyton::cat;

namespace {

using Sizes = std::vector<std::ptrdiff_t>;

struct Written {
  std::string text;
  std::optional<double> refused;
};

Written write(const void* data, Element element, const Sizes& shape, const Sizes& strides,
              const Layout& layout = {}, NonFinite non_finite = NonFinite::accept) {
  StringBuffer out;
  Writer writer(out, layout);
  const Array array{static_cast<const char*>(data), element, shape, strides};
  const auto refused = write_array(writer, layout, array, non_finite);
  return {out.take(), refused};
}

template <class T>
std::string row(Element element, const std::vector<T>& values, const Layout& layout = {}) {
  const auto size = static_cast<std::ptrdiff_t>(values.size());
  return write(values.data(), element, {size}, {sizeof(T)}, layout).text;
}

template <class T>
using Limits = std::numeric_limits<T>;

}  // namespace

TEST_CASE("every kind of element is written in full") {
  CHECK(row<std::uint8_t>(Element::boolean, {0, 1, 255}) == "[false,true,true]");
  CHECK(row<std::int8_t>(Element::int8, {-128, -1, 0, 127}) == "[-128,-1,0,127]");
  CHECK(row<std::uint8_t>(Element::uint8, {0, 255}) == "[0,255]");
  CHECK(row<std::int16_t>(Element::int16, {-32768, 32767}) == "[-32768,32767]");
  CHECK(row<std::uint16_t>(Element::uint16, {0, 65535}) == "[0,65535]");
  CHECK(row<std::int32_t>(Element::int32, {Limits<std::int32_t>::min(), 2147483647}) ==
        "[-2147483648,2147483647]");
  CHECK(row<std::uint32_t>(Element::uint32, {0, 4294967295}) == "[0,4294967295]");
  CHECK(row<std::int64_t>(Element::int64,
                          {Limits<std::int64_t>::min(), Limits<std::int64_t>::max()}) ==
        "[-9223372036854775808,9223372036854775807]");
  CHECK(row<std::uint64_t>(Element::uint64, {0, Limits<std::uint64_t>::max()}) ==
        "[0,18446744073709551615]");
  CHECK(row<float>(Element::real32, {0.1f, -2.0f, 1e10f}) == "[0.1,-2.0,10000000000.0]");
  CHECK(row<double>(Element::real64, {0.1, -2.0, 1e300}) == "[0.1,-2.0,1e+300]");
}

TEST_CASE("half floats are written as the floats of the same value") {
  CHECK(row<std::uint16_t>(Element::real16, {0x0000, 0x8000, 0x3C00, 0xC000, 0x7BFF, 0x2E66}) ==
        "[0.0,-0.0,1.0,-2.0,65504.0,0.099975586]");
  // The least subnormal, the greatest, and the least normal one.
  CHECK(row<std::uint16_t>(Element::real16, {0x0001, 0x83FF, 0x0400}) ==
        "[5.9604645e-08,-6.097555e-05,6.1035156e-05]");
  CHECK(row<std::uint16_t>(Element::real16, {0x7C00, 0xFC00, 0x7E00}) ==
        "[Infinity,-Infinity,NaN]");
}

TEST_CASE("what is not finite is written or refused as asked") {
  const double infinity = Limits<double>::infinity();
  const std::vector<double> reals{1, -infinity, std::nan("")};
  CHECK(row(Element::real64, reals) == "[1.0,-Infinity,NaN]");
  const auto refused = [](const void* data, Element element, std::ptrdiff_t size) {
    return write(data, element, {3}, {size}, {}, NonFinite::reject).refused;
  };
  CHECK(refused(reals.data(), Element::real64, 8) == -infinity);
  const std::vector<float> floats{1, Limits<float>::infinity(), 2};
  CHECK(refused(floats.data(), Element::real32, 4) == infinity);
  const std::vector<std::uint16_t> halves{0x3C00, 0x7C00, 0};
  CHECK(refused(halves.data(), Element::real16, 2) == infinity);
  const std::vector<double> finite{1, 2, 3};
  CHECK(!refused(finite.data(), Element::real64, 8));
}

TEST_CASE("dimensions are arrays in arrays, wherever their elements lie") {
  const std::int32_t values[] = {1, 2, 3, 4, 5, 6};
  CHECK(write(values, Element::int32, {2, 3}, {12, 4}).text == "[[1,2,3],[4,5,6]]");
  CHECK(write(values, Element::int32, {3, 2}, {4, 12}).text == "[[1,4],[2,5],[3,6]]");
  CHECK(write(values + 5, Element::int32, {6}, {-4}).text == "[6,5,4,3,2,1]");
  CHECK(write(values, Element::int32, {3}, {0}).text == "[1,1,1]");
  CHECK(write(values, Element::int32, {1, 1, 2}, {0, 0, 8}).text == "[[[1,3]]]");
  CHECK(write(values, Element::int32, {}, {}).text == "1");
}

TEST_CASE("a dimension without elements is an empty array") {
  CHECK(write(nullptr, Element::real64, {0}, {8}).text == "[]");
  CHECK(write(nullptr, Element::real64, {2, 0, 3}, {0, 24, 8}).text == "[[],[]]");
  CHECK(write(nullptr, Element::real64, {0}, {8}, {",", ":", "  "}).text == "[]");
}

TEST_CASE("the layout is that of other arrays") {
  const std::uint8_t values[] = {1, 2, 3, 4};
  CHECK(write(values, Element::uint8, {2, 2}, {2, 1}, {", ", ": ", {}}).text == "[[1, 2], [3, 4]]");
  CHECK(write(values, Element::uint8, {2, 2}, {2, 1}, {",", ": ", " "}).text ==
        "[\n [\n  1,\n  2\n ],\n [\n  3,\n  4\n ]\n]");
  CHECK(write(values, Element::uint8, {3}, {1}, {"", ":", {}}).text == "[123]");
  CHECK(write(values, Element::uint8, {3}, {1}, {" and then ", ":", {}}).text ==
        "[1 and then 2 and then 3]");
}

TEST_CASE("elements need not be aligned") {
  char memory[1 + 2 * sizeof(double)];
  const double values[] = {1.5, 2.5};
  std::memcpy(memory + 1, values, sizeof values);
  CHECK(write(memory + 1, Element::real64, {2}, {8}).text == "[1.5,2.5]");
}

TEST_CASE("rows of every length around the pieces they are written in") {
  for (const std::size_t length : {1, 127, 128, 129, 255, 256, 257, 1000}) {
    std::vector<std::int64_t> values(length);
    std::string expected = "[";
    for (std::size_t i = 0; i < length; ++i) {
      values[i] = static_cast<std::int64_t>(i * i * i * 1'000'003);
      expected += cat(i > 0 ? "," : "", values[i]);
    }
    CHECK(row(Element::int64, values) == expected + "]");
  }
}
