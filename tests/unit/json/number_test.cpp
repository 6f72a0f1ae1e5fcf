#include "modules/json/number.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton::json;
using adyton::cat;

namespace {

NumberToken scan(const std::string& text) {
  return scan_number(text.data(), text.data() + text.size());
}

/// The part of the text that is a number.
std::string extent(const std::string& text) {
  const NumberToken token = scan(text);
  return token.kind == NumberToken::Kind::none ? "" : std::string(text.data(), token.end);
}

std::string written(double value) {
  char out[real_capacity];
  return {out, write_real(value, out)};
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Reads as the C library does, whose results are exact.
void check_real(const std::string& text) {
  const NumberToken token = scan(text);
  INFO(text);
  CHECK(token.kind == NumberToken::Kind::real);
  CHECK(token.end == text.data() + text.size());
  CHECK(same_bits(token.real, std::strtod(text.c_str(), nullptr)));
}

}  // namespace

TEST_CASE("a number ends where the grammar ends it") {
  CHECK(extent("0") == "0");
  CHECK(extent("-0") == "-0");
  CHECK(extent("01") == "0");
  CHECK(extent("1.") == "1");
  CHECK(extent("1.e5") == "1");
  CHECK(extent("1e") == "1");
  CHECK(extent("1e+") == "1");
  CHECK(extent("1.5e-") == "1.5");
  CHECK(extent("1_000") == "1");
  CHECK(extent("12x") == "12");
  CHECK(extent("-") == "");
  CHECK(extent("-a") == "");
  CHECK(extent("+1") == "");
  CHECK(extent(".5") == "");
  CHECK(extent("123456789.123456789e+12]") == "123456789.123456789e+12");
}

TEST_CASE("an integer has a value up to 64 bits") {
  CHECK(scan("-0").integer == 0);
  CHECK(scan("9223372036854775807").integer == std::numeric_limits<std::int64_t>::max());
  CHECK(scan("-9223372036854775808").integer == std::numeric_limits<std::int64_t>::min());
  CHECK(scan("9223372036854775808").kind == NumberToken::Kind::big_integer);
  CHECK(scan("-9223372036854775809").kind == NumberToken::Kind::big_integer);
  CHECK(scan("99999999999999999999").kind == NumberToken::Kind::big_integer);
  for (std::int64_t power = 1, digits = 1; digits <= 18; power *= 10, ++digits) {
    CHECK(scan(std::to_string(power)).integer == power);
    CHECK(scan(std::to_string(power - 1)).integer == power - 1);
    CHECK(scan(std::to_string(-power)).integer == -power);
  }
}

TEST_CASE("reals are the nearest double") {
  for (const char* text : {"0.0",
                           "-0.0",
                           "0e5",
                           "1.5",
                           "0.1",
                           "1e22",
                           "1e23",
                           "9007199254740993.0",
                           "9007199254740992.5",
                           "123456789012345678.9",
                           "1.7976931348623157e308",
                           "1.7976931348623158e308",
                           "4.9406564584124654e-324",
                           "2.4703282292062327e-324",
                           "2.4703282292062328e-324",
                           "2.2250738585072011e-308",
                           "2.2250738585072014e-308",
                           "8.41e21",
                           "65.613616999999977",
                           "-65.613616999999977",
                           "1e-7",
                           "0.000001234567890123456789",
                           "12345678901234567890.0",
                           "18446744073709551616.5",
                           "9999999999999999999e0",
                           "10000000000000000000000e-22"}) {
    check_real(text);
  }
}

TEST_CASE("what is beyond every double is infinite, what is below is zero") {
  CHECK(scan("1e400").real == std::numeric_limits<double>::infinity());
  CHECK(scan("-1e400").real == -std::numeric_limits<double>::infinity());
  CHECK(scan("1.8e308").real == std::numeric_limits<double>::infinity());
  CHECK(same_bits(scan("1e-400").real, 0.0));
  CHECK(same_bits(scan("-1e-400").real, -0.0));
  CHECK(same_bits(scan("1e-99999999999999999999").real, 0.0));
  CHECK(scan("1e99999999999999999999").real == std::numeric_limits<double>::infinity());
  CHECK(same_bits(scan("0e99999999999999999999").real, 0.0));
  const std::string zeros(400, '0');
  CHECK(same_bits(scan(cat("0.", zeros, "1")).real, 0.0));
  CHECK(scan(cat("0.", zeros, "1e401")).real == 1.0);
  CHECK(scan(cat("1", zeros, ".0")).real == std::numeric_limits<double>::infinity());
  CHECK(scan(cat("1", zeros, "e-400")).real == 1.0);
}

TEST_CASE("random digits read as the C library reads them") {
  std::mt19937_64 random(20260101);
  for (int i = 0; i < 50'000; ++i) {
    std::string text = cat(random() >> (random() % 64), '.', random() >> (random() % 64));
    if (random() % 2) text += cat('e', static_cast<int>(random() % 640) - 330);
    check_real(text);
  }
}

TEST_CASE("a real is written as Python writes it") {
  CHECK(written(0.0) == "0.0");
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(1.0) == "1.0");
  CHECK(written(-1.5) == "-1.5");
  CHECK(written(0.1) == "0.1");
  CHECK(written(100.0) == "100.0");
  CHECK(written(0.0001) == "0.0001");
  CHECK(written(0.00001) == "1e-05");
  CHECK(written(0.00012345) == "0.00012345");
  CHECK(written(123456789012345.6) == "123456789012345.6");
  CHECK(written(1e15) == "1000000000000000.0");
  CHECK(written(1234567890123456.0) == "1234567890123456.0");
  CHECK(written(9007199254740993.0) == "9007199254740992.0");
  CHECK(written(1e16) == "1e+16");
  CHECK(written(1.5e16) == "1.5e+16");
  CHECK(written(12345678901234567890.0) == "1.2345678901234567e+19");
  CHECK(written(1e22) == "1e+22");
  CHECK(written(1e23) == "1e+23");
  CHECK(written(1e100) == "1e+100");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(-1.7976931348623157e308) == "-1.7976931348623157e+308");
}

TEST_CASE("every written real reads back as itself") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = written(value);
    REQUIRE(text.size() <= real_capacity);
    REQUIRE(same_bits(scan(text).real, value));
  }
}

TEST_CASE("integers are written whole") {
  char out[integer_capacity];
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{42},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CHECK(std::string(out, write_integer(value, out)) == std::to_string(value));
  }
}
