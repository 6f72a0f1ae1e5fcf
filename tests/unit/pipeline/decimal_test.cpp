#include "host/pipeline/steps/decimal.h"

#include <string>

#include <doctest/doctest.h>

using adyton::pipeline::Decimal;

namespace {

bool equal(const char* a, const char* b) {
  return Decimal(a) == Decimal(b) && (Decimal(a) <=> Decimal(b)) == 0;
}
bool less(const char* a, const char* b) {
  return (Decimal(a) <=> Decimal(b)) < 0 && (Decimal(b) <=> Decimal(a)) > 0 &&
         Decimal(a) != Decimal(b);
}

}  // namespace

TEST_CASE("a number's spelling does not matter") {
  CHECK(equal("1", "1.0"));
  CHECK(equal("1", "10e-1"));
  CHECK(equal("100", "1E+2"));
  CHECK(equal("0.001", "1e-3"));
  CHECK(equal("120", "1.20e2"));
  CHECK(equal("-0", "0.000e5"));
  CHECK(equal("0", "0e99999999999999999999"));
  CHECK(equal("12345678901234567890123", "1234567890123456789012300e-2"));
}

TEST_CASE("no digit is rounded away") {
  CHECK(less("9007199254740992", "9007199254740993"));
  CHECK(less("0.1", "0.1000000000000000055511151231257827"));
  CHECK(less("123456789012345678901234567890", "123456789012345678901234567891"));
  CHECK(less("1e308", "1e309"));
  CHECK(less("1e-400", "1e-399"));
}

TEST_CASE("signs, lengths and exponents order numbers") {
  CHECK(less("-1", "0"));
  CHECK(less("-2", "-1"));
  CHECK(less("-1e5", "-99999"));
  CHECK(less("9", "10"));
  CHECK(less("1.05", "1.5"));
  CHECK(less("0", "1e-999999999999999999999"));
  CHECK(less("1e300", "1e999999999999999999999"));
  CHECK(less("-1e999999999999999999999", "-1"));
}
