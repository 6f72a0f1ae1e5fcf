// Doubles by the million, both ways: what is read is the nearest double, what is written is the
// shortest text that reads back. ADYTON_DOUBLES says how many (100000).
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/cpu.h"
#include "host/base/text.h"
#include "modules/json/block.h"
#include "modules/json/nearest_double.h"
#include "modules/json/number.h"
#include "modules/json/read_decimal.h"
#include "modules/json/read_number.h"

using namespace adyton::json;
using adyton::cat;

namespace {

using Random = std::mt19937_64;

std::uint64_t bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

/// How many doubles the tests take; with more the seed is another one.
std::size_t how_many() {
  const char* const count = std::getenv("ADYTON_DOUBLES");
  return count == nullptr ? 100'000 : std::strtoull(count, nullptr, 10);
}

Random seeded() {
  return Random(how_many());
}

/// Doubles of the kinds that differ for an algorithm: any bits, decimals of few digits, whole
/// numbers, neighbours of powers of two and ten, subnormals.
double any_double(Random& random) {
  const auto below = [&random](std::uint64_t bound) { return random() % bound; };
  const auto near = [&](double value) { return std::bit_cast<double>(bits(value) + below(5) - 2); };
  switch (below(8)) {
    case 0:
      return static_cast<double>(below(1'000'000'000)) /
             std::pow(10.0, static_cast<int>(below(12)));
    case 1:
      return static_cast<double>(random() >> below(64));
    case 2:
      return near(std::ldexp(1.0, static_cast<int>(below(2000)) - 1000));
    case 3:
      return near(std::strtod(cat("1e", static_cast<int>(below(600)) - 300).c_str(), nullptr));
    case 4:
      return std::bit_cast<double>(random() >>
                                   (12 + below(52)));  // subnormals, and the least normals
    case 5:
      return static_cast<double>(random() >> 11) * 0x1p-53;
    default:
      return std::bit_cast<double>(random());
  }
}

double finite_double(Random& random) {
  double value;
  do value = any_double(random);
  while (!std::isfinite(value));
  return value;
}

/// True if the text, which has a point, is read as a real of these bits by the ways that the parser
/// takes first, or is left to another.
bool decimal_reads_as(const std::string& text, double value) {
  const std::string roomy = text + std::string(ordinary_number_reach, ' ');
  const std::uint32_t others = BaselineBlock::not_digits(roomy.data());
  const auto right = [&](const Decimal& decimal) {
    return decimal.end == nullptr ||
           (decimal.end == roomy.data() + text.size() && bits(decimal.value) == bits(value));
  };
#if defined(__x86_64__)
  if (adyton::vector_level() >= adyton::VectorLevel::avx2) {
    return right(read_decimal_avx2(roomy.data(), others));
  }
#endif
  return right(read_decimal(roomy.data(), others));
}

/// True if the text is read as a real of these bits, whole.
bool reads_as(const std::string& text, double value) {
  if (text.find('.') != std::string::npos && !decimal_reads_as(text, value)) return false;
  const NumberToken token = scan_number(text.data(), text.data() + text.size());
  return token.kind == NumberToken::Kind::real && token.end == text.data() + text.size() &&
         bits(token.real) == bits(value);
}

std::string to_text(double value, std::chars_format format) {
  std::array<char, 400> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, format).ptr};
}

std::string to_text(double value, std::chars_format format, int precision) {
  std::array<char, 800> text;
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, format, precision).ptr};
}

/// A number's text as JSON has it, with a fraction or an exponent: it is a real.
std::string as_real(std::string text) {
  return text.find_first_of(".e") == text.npos ? text + ".0" : text;
}

/// The sign, the digits without zeros at their ends, and the power of ten of the first digit.
std::string significant(std::string_view text) {
  const auto mark = std::min(text.find('e'), text.size());
  int exponent = 0;
  if (mark < text.size()) exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
  std::string digits;
  bool fraction = false;
  for (const char c : text.substr(0, mark)) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    if (digits.empty() && c == '0') {
      exponent -= fraction;
      continue;
    }
    if (digits.empty())
      exponent -= fraction;
    else
      exponent += !fraction;
    digits += c;
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return cat(text.starts_with('-') ? "-" : "", digits.empty() ? "0" : digits, "e",
             digits.empty() ? 0 : exponent);
}

std::string written(double value) {
  std::array<char, real_capacity> text;
  return {text.data(), write_real(value, text.data())};
}

/// The exact decimal digits of the point between two neighbouring doubles: a long double holds it.
/// The first digit is worth 10^exponent.
struct Midpoint {
  std::string digits;
  int exponent;
};

Midpoint midpoint(double low) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  const auto exact = static_cast<long double>(low);
  const double high = std::bit_cast<double>(bits(low) + 1);
  const long double next = std::isinf(high) ? 0x1p1024L : static_cast<long double>(high);
  std::vector<char> text(1300);
  const int size = std::snprintf(text.data(), text.size(), "%.1200Le", exact + (next - exact) / 2);
  const std::string_view whole(text.data(), static_cast<std::size_t>(size));
  const auto mark = whole.find('e');
  std::string digits = cat(whole[0], whole.substr(2, mark - 2));
  digits.erase(digits.find_last_not_of('0') + 1);
  return {digits, std::atoi(text.data() + mark + 1)};
}

/// The digits with a point somewhere, and the exponent that goes with it.
std::string spelled(const std::string& digits, int exponent, Random& random) {
  const auto point = static_cast<int>(random() % (digits.size() + 1));
  const auto split = static_cast<std::size_t>(point);
  const char mark = random() % 2 ? 'e' : 'E';
  if (point == 0) {
    const std::size_t zeros = random() % 30;
    return cat("0.", std::string(zeros, '0'), digits, mark, exponent + 1 + static_cast<int>(zeros));
  }
  std::string text = digits.substr(0, split);
  if (split < digits.size()) text += cat('.', digits.substr(split));
  return cat(text, mark, exponent >= point - 1 && random() % 2 ? "+" : "", exponent - point + 1);
}

/// The digits, read as a number, plus one in the last place.
std::string incremented(std::string digits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return digits;
    }
    digits[i] = '0';
  }
  return "1" + digits;
}

}  // namespace

TEST_CASE("every spelling of a double is read as that double") {
  Random random = seeded();
  for (std::size_t i = how_many(); i > 0; --i) {
    const double value = finite_double(random);
    const std::string shortest = to_text(value, std::chars_format::scientific);
    std::string upper = shortest;
    upper[upper.find('e')] = 'E';
    for (const std::string& text :
         {shortest, upper, to_text(value, std::chars_format::scientific, 16),
          to_text(value, std::chars_format::scientific, 17 + static_cast<int>(random() % 30)),
          as_real(to_text(value, std::chars_format::fixed)),
          as_real(to_text(value, std::chars_format::general, 17)), written(value)}) {
      INFO(text);
      REQUIRE(reads_as(text, value));
    }
  }
}

TEST_CASE("any digits are read as the C and the C++ library read them") {
  Random random = seeded();
  for (std::size_t i = how_many(); i > 0; --i) {
    std::string digits = std::to_string(random());
    for (std::size_t more = random() % 40; more > 19; more -= 19)
      digits += std::to_string(random());
    digits.resize(1 + random() % digits.size());
    if (digits[0] == '0') digits[0] = '7';
    const std::string text = spelled(digits, static_cast<int>(random() % 660) - 345, random);
    INFO(text);
    REQUIRE(reads_as(text, std::strtod(text.c_str(), nullptr)));
    double other = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), other);
    if (result.ec == std::errc{}) REQUIRE(reads_as(text, other));
  }
}

TEST_CASE("halfway between two doubles the even one is read, a digit beside it the nearer one") {
  Random random = seeded();
  std::vector<double> lower = {0.0,
                               5e-324,
                               std::bit_cast<double>(0xFFFFFFFFFFFFFULL),
                               std::numeric_limits<double>::min(),
                               std::numeric_limits<double>::max(),
                               std::bit_cast<double>(bits(std::numeric_limits<double>::max()) - 1),
                               1.0,
                               9007199254740992.0,
                               0.1,
                               1e22,
                               1e23,
                               8.98846567431158e307};
  for (std::size_t i = how_many() / 50; i > 0; --i)
    lower.push_back(std::abs(finite_double(random)));
  for (const double low : lower) {
    const double high = std::bit_cast<double>(bits(low) + 1);
    const double even = bits(low) % 2 == 0 ? low : high;
    const auto [digits, exponent] = midpoint(low);
    const std::size_t cut = std::min<std::size_t>(digits.size() - 1, 19 + random() % 800);
    const auto check = [&](const std::string& some, int power, double expected) {
      const std::string text = spelled(some, power, random);
      INFO(text);
      REQUIRE(reads_as(text, expected));
      REQUIRE(reads_as(cat('-', text), -expected));
    };
    check(digits, exponent, even);
    check(digits + std::string(random() % 900, '0'), exponent, even);
    check(cat(digits, std::string(random() % 900, '0'), '1'), exponent, high);
    if (cut < 19) continue;  // a short midpoint: its beginning is no near miss
    const std::string less = digits.substr(0, cut);
    const std::string more = incremented(less);
    check(less, exponent, low);
    check(more, exponent + static_cast<int>(more.size() > less.size()), high);
  }
}

TEST_CASE("a tie of a small power of ten is decided at once, as are the decimals beside it") {
  Random random = seeded();
  const auto check = [](std::uint64_t decimal, int exponent) {
    const std::string text = cat(decimal, 'e', exponent);
    INFO(text);
    const double value = detail::nearest_double(decimal, exponent, 0);
    REQUIRE(bits(value) == bits(std::strtod(text.c_str(), nullptr)));
    REQUIRE(bits(detail::nearest_double(decimal, exponent, 1ULL << 63)) == bits(-value));
  };
  const auto check_around = [&check](std::uint64_t decimal, int exponent) {
    for (const std::uint64_t near : {decimal - 1, decimal, decimal + 1}) check(near, exponent);
  };
  // A midpoint has 54 bits, the last of them set: a whole number times a power of ten, of which the
  // power of five is a factor, and with zeros behind it,
  std::uint64_t power_of_5 = 1;
  for (int exponent = 0; exponent <= 22; ++exponent, power_of_5 *= 5) {
    for (std::size_t i = how_many() / 1000; i > 0; --i) {
      const std::uint64_t least = (1ULL << 53) / power_of_5 + 1;
      std::uint64_t decimal = (least + random() % (least - 1)) | 1;
      if (i % 2 == 0) decimal <<= random() % static_cast<unsigned>(std::countl_zero(decimal));
      int power = exponent;
      check_around(decimal, power);
      for (; decimal <= ~0ULL / 10 && power > -25; check_around(decimal, power)) {
        decimal *= 10;
        --power;
      }
    }
  }
  // or one with decimals.
  power_of_5 = 1;
  for (int decimals = 0; decimals <= 4; ++decimals, power_of_5 *= 5) {
    for (std::size_t i = how_many() / 1000; i > 0; --i) {
      check_around((1ULL << 53 | random() >> 11 | 1) * power_of_5, -decimals);
    }
  }
}

TEST_CASE("zeros, the least and the largest, and what lies beyond") {
  const double infinity = std::numeric_limits<double>::infinity();
  const double most = std::numeric_limits<double>::max();
  CHECK(reads_as("1.797693134862315708145274237317043567980e308", most));
  CHECK(reads_as("1.797693134862315807e308", most));
  CHECK(reads_as("1.797693134862315808e308", infinity));
  CHECK(reads_as("-1e309", -infinity));
  CHECK(reads_as("2.4703282292062327e-324", 0.0));
  CHECK(reads_as("2.4703282292062328e-324", 5e-324));
  CHECK(reads_as("-2.4703282292062327e-324", -0.0));
  CHECK(reads_as("0e999999999999", 0.0));
  CHECK(reads_as("-0.000e-999999999999", -0.0));
  for (int power = -345; power <= 310; ++power) {
    for (const char* const digits : {"1", "9", "5", "1.0000000000000001", "9.999999999999999999"}) {
      const std::string text = cat(digits, 'e', power);
      INFO(text);
      CHECK(reads_as(text, std::strtod(text.c_str(), nullptr)));
    }
  }
}

TEST_CASE("what is written is the shortest that reads back, and of those the nearest") {
  Random random = seeded();
  const auto check = [](double value) {
    const std::string text = written(value);
    INFO(text);
    REQUIRE(bits(std::strtod(text.c_str(), nullptr)) == bits(value));
    REQUIRE(significant(text) == significant(to_text(value, std::chars_format::scientific)));
  };
  for (std::size_t i = 2 * how_many(); i > 0; --i) check(finite_double(random));
  for (int power = -1074; power < 1024; ++power) {
    const double exact = std::ldexp(1.0, power);
    check(exact);
    check(-std::nextafter(exact, 0));
    check(std::nextafter(exact, std::numeric_limits<double>::max()));
  }
}
