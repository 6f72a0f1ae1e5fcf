#include "modules/json/number.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace adyton::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The value of the 8 digits in `word` (the first in the lowest byte), by pairs, fours, all.
std::uint64_t value_of_8_digits(std::uint64_t word) {
  word -= 0x3030303030303030u;
  word = word * 10 + (word >> 8);
  word = ((word & 0x000000FF000000FFu) * 0x000F424000000064u +
          ((word >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u) >>
         32;
  return word;
}

bool are_8_digits(std::uint64_t word) {
  return (((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u) == 0;
}

/// Reads digits from `p` on into `value`, which wraps beyond 19 of them; returns their end.
const char* read_digits(const char* p, const char* end, std::uint64_t& value) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t word;
    while (end - p >= 8 && (std::memcpy(&word, p, 8), are_8_digits(word))) {
      value = value * 100'000'000 + value_of_8_digits(word);
      p += 8;
    }
  }
  for (; is_digit(*p); ++p) value = value * 10 + static_cast<std::uint64_t>(*p - '0');
  return p;
}

/// The parts of a real: mantissa × 10^exponent, if `exact` (no digit was lost).
struct Decimal {
  std::uint64_t mantissa = 0;
  std::int64_t exponent = 0;
  bool exact = true;
};

// Powers of ten that are doubles without rounding.
constexpr double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// One multiplication or division of two exact doubles rounds once, so its result is the nearest.
bool convert_exactly(const Decimal& decimal, double& value) {
  if (!decimal.exact || decimal.mantissa > (1ULL << 53)) return false;
  if (decimal.exponent < -22 || decimal.exponent > 22) return false;
  value = static_cast<double>(decimal.mantissa);
  if (decimal.exponent < 0) {
    value /= exact_powers[-decimal.exponent];
  } else {
    value *= exact_powers[decimal.exponent];
  }
  return true;
}

/// Whether the value of the (out of range) decimal text is large rather than small: the power of
/// ten of its first nonzero digit decides.
bool is_large(const char* p, const char* end, std::int64_t exponent) {
  std::int64_t power = 0;
  bool fraction = false;
  bool significant = false;
  for (; p != end && (is_digit(*p) || *p == '.'); ++p) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    significant = significant || *p != '0';
    if (!fraction && significant) ++power;
    if (fraction && !significant) --power;
  }
  return power + exponent > 0;
}

/// The nearest double of the unsigned decimal text [p, end), whose written exponent is `exponent`.
double convert_text(const char* p, const char* end, std::int64_t exponent) {
  double value = 0;
  if (std::from_chars(p, end, value).ec == std::errc{}) return value;
  return is_large(p, end, exponent) ? std::numeric_limits<double>::infinity() : 0.0;
}

/// Reads an exponent at `p` if there is one; returns its end, else `p`.
const char* read_exponent(const char* p, std::int64_t& exponent) {
  if (*p != 'e' && *p != 'E') return p;
  const char* digit = p + 1;
  const bool negative = *digit == '-';
  if (*digit == '-' || *digit == '+') ++digit;
  if (!is_digit(*digit)) return p;
  for (; is_digit(*digit); ++digit) {
    // Far beyond every double; stopping here keeps the sum from overflowing.
    if (exponent < 1'000'000'000'000) exponent = exponent * 10 + (*digit - '0');
  }
  if (negative) exponent = -exponent;
  return digit;
}

/// Digits beyond 19 do not fit std::uint64_t; leading zeros do not count.
bool fits_19_digits(const char* p, const char* end) {
  if (end - p <= 19) return true;
  while (p != end && (*p == '0' || *p == '.')) ++p;
  return end - p <= 19;
}

NumberToken finish_integer(const char* digits, const char* p, bool negative, std::uint64_t value) {
  constexpr std::uint64_t limit = std::numeric_limits<std::int64_t>::max();
  const auto count = p - digits;
  if (count > 19 || value > limit + (negative ? 1 : 0)) {
    return {NumberToken::Kind::big_integer, p, 0, 0};
  }
  const std::uint64_t bits = negative ? 0 - value : value;
  return {NumberToken::Kind::integer, p, static_cast<std::int64_t>(bits), 0};
}

}  // namespace

NumberToken scan_number(const char* p, const char* end) {
  const bool negative = *p == '-';
  const char* const digits = p + (negative ? 1 : 0);
  if (!is_digit(*digits)) return {};
  Decimal decimal;
  p = *digits == '0' ? digits + 1 : read_digits(digits, end, decimal.mantissa);
  const char* const whole_end = p;
  if (*p == '.' && is_digit(p[1])) {
    p = read_digits(p + 1, end, decimal.mantissa);
    decimal.exponent = -(p - whole_end - 1);
  }
  const char* const mantissa_end = p;
  std::int64_t written = 0;
  p = read_exponent(p, written);
  if (p == whole_end) return finish_integer(digits, p, negative, decimal.mantissa);

  decimal.exponent += written;
  decimal.exact = fits_19_digits(digits, mantissa_end);
  double value;
  if (!convert_exactly(decimal, value)) value = convert_text(digits, p, written);
  return {NumberToken::Kind::real, p, 0, negative ? -value : value};
}

char* write_integer(std::int64_t value, char* out) {
  return std::to_chars(out, out + integer_capacity, value).ptr;
}

namespace {

/// Writes a number below 2^53 that is whole: digits and ".0".
char* write_whole(double value, char* out) {
  if (std::signbit(value)) *out++ = '-';
  const auto whole = static_cast<std::int64_t>(std::abs(value));
  out = write_integer(whole, out);
  *out++ = '.';
  *out++ = '0';
  return out;
}

/// Writes `digits` (count of them, the first of them worth 10^exponent) without an exponent.
char* write_fixed(const char* digits, int count, int exponent, char* out) {
  if (exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    out = std::fill_n(out, -exponent - 1, '0');
    return std::copy_n(digits, count, out);
  }
  const int whole = std::min(count, exponent + 1);
  out = std::copy_n(digits, whole, out);
  out = std::fill_n(out, exponent + 1 - whole, '0');
  *out++ = '.';
  if (whole == count) {
    *out++ = '0';
    return out;
  }
  return std::copy_n(digits + whole, count - whole, out);
}

}  // namespace

char* write_real(double value, char* out) {
  if (std::abs(value) < 1e15 && value == std::trunc(value)) return write_whole(value, out);
  char text[real_capacity];
  const char* end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* p = text;
  if (*p == '-') *out++ = *p++;
  const char* mark = std::find(p, end, 'e');
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  if (exponent < -4 || exponent >= 16) return std::copy(p, end, out);

  char digits[20];
  digits[0] = p[0];
  char* digits_end = mark - p > 2 ? std::copy(p + 2, mark, digits + 1) : digits + 1;
  return write_fixed(digits, static_cast<int>(digits_end - digits), exponent, out);
}

}  // namespace adyton::json
