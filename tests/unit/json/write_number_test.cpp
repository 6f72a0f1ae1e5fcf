#include "modules/json/write_number.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "host/base/cpu.h"
#include "host/base/text.h"
#include "modules/json/real_row.h"

using namespace adyton::json;

namespace {

std::string unsigned_text(std::uint64_t value) {
  char out[integer_capacity];
  return {out, detail::put_unsigned(value, out)};
}

/// The shortest decimal as the C++ library has it: digits without zeros at the end, and the power
/// of ten of the first.
struct Expected {
  std::string digits;
  int exponent;
};

Expected expected(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  const std::string whole(text, end.ptr);
  const std::size_t mark = whole.find('e');
  std::string digits = whole.substr(0, 1);
  if (mark > 2) digits += whole.substr(2, mark - 2);
  return {digits, std::stoi(whole.substr(mark + 1))};
}

/// A decimal in the same form.
Expected form(std::uint64_t digits, int exponent) {
  std::string text = std::to_string(digits);
  const int first = exponent + static_cast<int>(text.size()) - 1;
  while (text.size() > 1 && text.back() == '0') text.pop_back();
  return {text, first};
}

void check_both_ways(std::uint64_t bits) {
  constexpr std::uint64_t implicit_bit = 1ULL << 52;
  const auto value = std::bit_cast<double>(bits);
  const std::uint64_t stored = bits % implicit_bit;
  const int biased = static_cast<int>(bits / implicit_bit);
  CAPTURE(value);
  const Expected truth = expected(value);
  const detail::Decimal sure = biased == 0
                                   ? detail::shortest_decimal(stored, -1074, false)
                                   : detail::shortest_decimal(stored | implicit_bit, biased - 1075,
                                                              stored == 0 && biased > 1);
  const Expected slow = form(sure.digits, sure.exponent);
  REQUIRE(slow.digits == truth.digits);
  REQUIRE(slow.exponent == truth.exponent);
  if (biased == 0 || stored == 0) return;
  const detail::SplitDecimal quick = detail::quick_shortest_decimal(bits);
  if (!quick.certain) return;
  const Expected fast = form(quick.upper * 10 + quick.last, quick.exponent - 16);
  REQUIRE(fast.digits == truth.digits);
  REQUIRE(fast.exponent == truth.exponent);
}

/// As repr(float) writes it.
std::string expected_text(double value) {
  auto [digits, exponent] = expected(std::abs(value));
  const std::string sign = std::signbit(value) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    const std::string size = std::to_string(std::abs(exponent));
    return adyton::cat(sign, digits.substr(0, 1), digits.size() > 1 ? "." : "", digits.substr(1),
                       exponent < 0 ? "e-" : "e+", size.size() < 2 ? "0" : "", size);
  }
  if (exponent < 0) {
    const auto behind_point = static_cast<std::size_t>(-exponent - 1);
    return adyton::cat(sign, "0.", std::string(behind_point, '0'), digits);
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.resize(whole + 1, '0');
  return adyton::cat(sign, digits.substr(0, whole), ".", digits.substr(whole));
}

/// Checks the text, and that no byte behind the room that was promised is touched.
template <class Write>
void check_text(double value, const Write& write) {
  constexpr char untouched = '\x7f';
  std::array<char, real_capacity + 64> room;
  room.fill(untouched);
  const std::string text(room.data(), write(value, room.data()));
  const std::string truth = expected_text(value);
  REQUIRE(text == truth);
  CAPTURE(text);
  REQUIRE(
      std::all_of(room.begin() + real_capacity, room.end(), [](char c) { return c == untouched; }));
}

void check_texts(double value) {
  check_text(value, [](double number, char* out) { return write_real(number, out); });
#if defined(__x86_64__)
  if (adyton::vector_level() == adyton::VectorLevel::portable) return;
  check_text(value, [](double number, char* out) {
    const RealRow row = {reinterpret_cast<const char*>(&number), sizeof number, ",", 1};
    std::ptrdiff_t begin = 0;
    return write_reals_avx2(row, begin, 1, out);
  });
#endif
}

}  // namespace

TEST_CASE("integers of every length are written whole") {
  CHECK(unsigned_text(0) == "0");
  std::mt19937_64 random(11);
  for (std::uint64_t power = 1; power != 0; power = power > ~0ULL / 10 ? 0 : power * 10) {
    for (const std::uint64_t value : {power - 1, power, power + 1, power * 5, power * 9 + 9}) {
      CHECK(unsigned_text(value) == std::to_string(value));
    }
  }
  CHECK(unsigned_text(~0ULL) == std::to_string(~0ULL));
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t value = random() >> random() % 64;
    REQUIRE(unsigned_text(value) == std::to_string(value));
  }
}

TEST_CASE("8 digits are found for every kind of number below 10^8") {
  std::mt19937_64 random(12);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t number = random() % 100'000'000 >> random() % 27;
    char digits[8];
    detail::store_8(digits, detail::digits_of_8(number) | detail::zeros);
    const std::string text = std::to_string(number);
    REQUIRE(std::string(digits, 8) == std::string(8 - text.size(), '0') + text);
  }
}

TEST_CASE("the quick way and the sure way give the shortest decimal") {
  std::mt19937_64 random(13);
  for (int i = 0; i < 60'000; ++i) {
    const std::uint64_t bits = random() >> 1;
    if (std::isfinite(std::bit_cast<double>(bits)) && bits != 0) check_both_ways(bits);
  }
  for (int i = 0; i < 60'000; ++i) {
    const double tens = std::pow(10.0, static_cast<int>(random() % 6));
    const double few = std::ceil(static_cast<double>(random() % 1'000'000) + 1) / tens;
    check_both_ways(std::bit_cast<std::uint64_t>(few));
    check_both_ways(std::bit_cast<std::uint64_t>(std::ldexp(few, 50)));
  }
}

TEST_CASE("powers of two and of ten, subnormals and their neighbours are written shortest") {
  const auto around = [](double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (std::uint64_t near = bits < 4 ? 1 : bits - 3; near <= bits + 3; ++near) {
      if (std::isfinite(std::bit_cast<double>(near))) check_both_ways(near);
    }
  };
  for (int e = -1074; e < 1024; ++e) around(std::ldexp(1.0, e));
  for (int e = -323; e < 309; ++e) around(std::strtod(("1e" + std::to_string(e)).c_str(), nullptr));
  for (std::uint64_t bits = 1; bits < 2000; ++bits) check_both_ways(bits);
}

TEST_CASE("exact ties between two decimals go to the even digit, the quick way") {
  std::mt19937_64 random(14);
  const auto check_certain = [](double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    if (bits << 12 != 0) REQUIRE(detail::quick_shortest_decimal(bits).certain);
    check_both_ways(bits);
    check_texts(value);
    check_texts(-value);
  };
  // Whole numbers of every length over every power of two: many are half-way.
  for (int power = 0; power <= 91; ++power) {
    for (int i = 0; i < 500; ++i) {
      const std::uint64_t significand = (1ULL << 52 | random() >> 12) >> random() % 53;
      check_certain(std::ldexp(static_cast<double>(significand | 1), -power + i % 3));
    }
  }
  for (int i = 0; i < 20'000; ++i) {
    // An odd number of quarters: between two decimals of 17 digits.
    const std::uint64_t quarters = (1ULL << 52) + (random() >> 12 | 1);
    check_certain(static_cast<double>(quarters) / 4);
    check_certain(static_cast<double>(quarters) / 8);
  }
}

TEST_CASE("a decimal between two doubles is written for the even one, the quick way") {
  // Beyond 2^53 the midpoints to the neighbours are whole, and may be round.
  int round = 0;
  for (int power = 53; power < 104; ++power) {
    const double least = std::ldexp(1.0, power);
    for (std::uint64_t i = 1; i < 2000; ++i) {
      const double value = least + std::ldexp(static_cast<double>(i), power - 52);
      const auto bits = std::bit_cast<std::uint64_t>(value);
      check_both_ways(bits);
      check_texts(value);
      check_texts(-value);
      if (power < 97) REQUIRE(detail::quick_shortest_decimal(bits).certain);
      round += expected(value).digits.size() < 16 ? 1 : 0;
    }
  }
  CHECK(round > 100);
}

TEST_CASE("every power of ten with any number of digits is written as repr(float) does") {
  std::mt19937_64 random(15);
  for (int exponent = -324; exponent <= 308; ++exponent) {
    for (std::size_t count = 1; count <= 17; ++count) {
      for (int i = 0; i < 4; ++i) {
        std::string digits =
            std::to_string(random() % 9'000'000'000'000'000'000 + 1'000'000'000'000'000'000);
        if (i == 0) std::fill(digits.begin() + 1, digits.end(), '0');
        if (i == 1) std::fill(digits.begin(), digits.end(), '9');
        const std::string text =
            adyton::cat(digits.substr(0, 1), ".", digits.substr(1, count - 1), "e", exponent);
        const double value = std::strtod(text.c_str(), nullptr);
        if (!std::isfinite(value)) continue;
        check_texts(value == 0 ? 5e-324 : value);
        check_texts(value == 0 ? -5e-324 : -value);
      }
    }
  }
}
