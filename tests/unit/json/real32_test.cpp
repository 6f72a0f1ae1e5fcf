#include "modules/json/real32.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace adyton::json;

namespace {

std::string text(float value) {
  char out[2 * real32_capacity];
  return {out, write_real32(value, out)};
}

/// What has to come out: the standard library's shortest digits, laid out as repr(float) does.
std::string expected(float value) {
  char buffer[32];
  char* const end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view written(buffer, end);
  const std::string sign = written[0] == '-' ? "-" : "";
  written.remove_prefix(sign.size());
  const auto mark = written.find('e');
  const int exponent = std::stoi(std::string(written.substr(mark + 1)));
  std::string digits(written.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) return std::string(static_cast<char*>(buffer), end);
  if (exponent < 0) return sign + "0." + std::string(-exponent - 1, '0') + digits;
  if (count <= exponent + 1) return sign + digits + std::string(exponent + 1 - count, '0') + ".0";
  return sign + digits.substr(0, exponent + 1) + "." + digits.substr(exponent + 1);
}

void check_both_signs(std::uint32_t bits) {
  const auto value = std::bit_cast<float>(bits);
  if (!std::isfinite(value)) return;
  CHECK(text(value) == expected(value));
  CHECK(text(-value) == expected(-value));
}

}  // namespace

TEST_CASE("floats have the form of Python's repr") {
  CHECK(text(0.0f) == "0.0");
  CHECK(text(-0.0f) == "-0.0");
  CHECK(text(0.1f) == "0.1");
  CHECK(text(16777216.0f) == "16777216.0");
  CHECK(text(1e16f) == "1e+16");
  CHECK(text(1e-4f) == "0.0001");
  CHECK(text(1e-5f) == "1e-05");
  CHECK(text(std::numeric_limits<float>::max()) == "3.4028235e+38");
  CHECK(text(std::numeric_limits<float>::denorm_min()) == "1e-45");
}

TEST_CASE("around every power of two and of ten the shortest digits are found") {
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (const std::uint32_t step : {0u, 1u, 2u, 3u}) {
      check_both_signs((exponent << 23) + step);
      check_both_signs(((exponent + 1) << 23) - 1 - step);
    }
  }
  for (int power = -45; power <= 38; ++power) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(std::pow(10.0, power)));
    for (std::uint32_t step = 0; step < 40; ++step) check_both_signs(bits - 20 + step);
  }
}

TEST_CASE("random floats have the shortest digits that read back") {
  std::mt19937 random(20261120);
  for (int i = 0; i < 200'000; ++i) check_both_signs(random() & 0x7FFFFFFF);
  for (int i = 0; i < 50'000; ++i) check_both_signs(0x38000000 + random() % 0x10000000);
}
