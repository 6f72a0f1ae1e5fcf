#include "modules/json/read_number.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/cpu.h"
#include "host/base/text.h"
#include "modules/json/block.h"
#include "modules/json/read_decimal.h"

using namespace adyton::json;
using adyton::cat;
using Kind = NumberToken::Kind;

namespace {

const std::string blanks(ordinary_number_reach, ' ');

/// What the ways of reading decimals say of the number at p, where they say something.
std::vector<NumberToken> decimals(const char* p) {
  std::vector<NumberToken> tokens;
  const std::uint32_t others = BaselineBlock::not_digits(p);
  const auto add = [&](const Decimal& decimal) {
    if (decimal.end != nullptr) tokens.push_back({Kind::real, decimal.end, 0, decimal.value});
  };
  if (!has_point(p, others)) return {};
  add(read_decimal(p, others));
#if defined(__x86_64__)
  if (adyton::vector_level() >= adyton::VectorLevel::avx2) add(read_decimal_avx2(p, others));
#endif
  return tokens;
}

/// What the quick way says of the text must be what the general way says, or nothing.
bool agrees(const std::string& text) {
  const std::string roomy = text + blanks;
  const NumberToken wanted = scan_number(text.c_str(), text.c_str() + text.size());
  std::vector<NumberToken> tokens = decimals(roomy.data());
  tokens.push_back(scan_ordinary_number(roomy.data(), BaselineBlock::not_digits(roomy.data())));
  tokens.push_back(scan_short_number(detail::load_8(roomy.data()), roomy.data()));
  for (const NumberToken& quick : tokens) {
    if (quick.kind == Kind::none) continue;
    if (quick.kind != wanted.kind || quick.end - roomy.data() != wanted.end - text.data() ||
        quick.is_unsigned != wanted.is_unsigned ||
        (quick.integer != wanted.integer && quick.kind != Kind::big_integer) ||
        quick.real != wanted.real || std::signbit(quick.real) != std::signbit(wanted.real)) {
      MESSAGE(text);
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a real is the nearest double, as strtod gives it") {
  std::mt19937_64 random(7);
  const auto check = [](const std::string& text) {
    const NumberToken token = scan_number(text.c_str(), text.c_str() + text.size());
    const bool same = token.kind == Kind::real && token.real == std::strtod(text.c_str(), nullptr);
    if (!same) MESSAGE(text);
    CHECK(same);
    CHECK(agrees(text));
  };
  for (int i = 0; i < 300'000; ++i) {
    const std::uint64_t mantissa = random() >> random() % 64;
    check(cat(mantissa, "e", static_cast<int>(random() % 700) - 370));
    check(cat(mantissa % 1000, ".", random() % 100'000'000'000'000'000u));
  }
}

TEST_CASE("decimals of up to 19 digits are read the quick way, wherever the point is") {
  std::mt19937_64 random(11);
  int left = 0;  // those halfway between two doubles
  for (int i = 0; i < 200'000; ++i) {
    std::string text = cat(random() % 9 + 1);
    for (std::size_t n = random() % 19; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    if (text.size() < 2) text += '5';
    const std::size_t point = 1 + random() % std::min<std::size_t>(text.size() - 1, 16);
    text.insert(point, ".");
    if (random() % 4 == 0) text[0] = '0', text = text.substr(point - 1), text[0] = '0';
    if (random() % 2 == 0) text = "-" + text;
    if (random() % 4 == 0) text += cat("e", static_cast<int>(random() % 520) - 260);
    const std::string roomy = text + blanks;
    if (decimals(roomy.data()).empty()) ++left;
    CHECK(agrees(text));
  }
  CHECK(left < 200);
}

TEST_CASE("halfway between two doubles the even one is taken") {
  std::mt19937_64 random(8);
  for (int i = 0; i < 20'000; ++i) {
    // 54 bits: the last is one half of the last place.
    const std::uint64_t half = (random() >> 10 | std::uint64_t{1} << 53) | 1;
    const auto even = static_cast<double>(half >> 1 & 1 ? (half >> 1) + 1 : half >> 1) * 2;
    for (const std::string& text : {cat(half, ".0"), cat(half, "0e-1"), cat(half, ".000")}) {
      CHECK(scan_number(text.c_str(), text.c_str() + text.size()).real == even);
      CHECK(agrees(text));
    }
    const std::string above = cat(half, ".1");
    CHECK(scan_number(above.c_str(), above.c_str() + above.size()).real ==
          static_cast<double>((half >> 1) + 1) * 2);
  }
}

TEST_CASE("integers of every length are recognised up to 64 bits") {
  std::mt19937_64 random(9);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> random() % 64);
    const std::string text = cat(value);
    const NumberToken token = scan_number(text.c_str(), text.c_str() + text.size());
    CHECK(token.kind == Kind::integer);
    CHECK(token.integer == value);
    CHECK(agrees(text));
  }
  for (const char* text : {"9223372036854775808",
                           "18446744073709551616",
                           "-9223372036854775809",
                           "99999999999999999999",
                           "100000000000000000000",
                           "00",
                           "01.5",
                           "-",
                           "-x",
                           "1.",
                           "1.e5",
                           "1e",
                           "1e+",
                           "1E-",
                           "0e0",
                           "-0.0",
                           ".5",
                           "1.5e00001",
                           "12345678.12345678",
                           "1234567812345678.1",
                           "12345678123456781e3",
                           "0.12345678901234567890123",
                           "0.00012345678901234567",
                           "-0.0001234567890123456789",
                           "-0.5",
                           "-01",
                           "-12.25",
                           "1.5.5",
                           "1.5e5",
                           "1234567",
                           "-123456"}) {
    CHECK(agrees(text));
  }
}

TEST_CASE("64 bits without a sign are recognised, and no more") {
  const auto scan = [](const std::string& text) {
    return scan_number(text.c_str(), text.c_str() + text.size());
  };
  for (const std::uint64_t value : {std::uint64_t{1} << 63, 9'999'999'999'999'999'999u,
                                    10'000'000'000'000'000'000u, ~std::uint64_t{0}}) {
    const NumberToken token = scan(cat(value));
    CHECK(token.kind == Kind::big_integer);
    CHECK(token.is_unsigned);
    CHECK(static_cast<std::uint64_t>(token.integer) == value);
    CHECK_FALSE(scan(cat("-", value)).is_unsigned == true);
  }
  const std::string long_one(1000, '1');
  const NumberToken whole = scan_number(long_one.data(), long_one.data() + long_one.size());
  CHECK(whole.kind == Kind::big_integer);
  CHECK(whole.end == long_one.data() + long_one.size());
  for (const char* text : {"18446744073709551616", "19999999999999999999", "28446744073709551615",
                           "99999999999999999999", "100000000000000000000"}) {
    CHECK(scan(text).kind == Kind::big_integer);
    CHECK_FALSE(scan(text).is_unsigned);
  }
}

TEST_CASE("measuring finds the same end and kind as reading") {
  for (const char* text :
       {"1", "-1.5", "1e5", "12345678901234567890", "1.", "x", "-", "0.10e-3", "01"}) {
    const std::string number = text;
    const NumberToken read = scan_number(number.c_str(), number.c_str() + number.size());
    const NumberToken measured = measure_number(number.c_str(), number.c_str() + number.size());
    CHECK(measured.kind == read.kind);
    CHECK(measured.end == read.end);
  }
}
