#include "modules/json/read_number.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "modules/json/nearest_double.h"

namespace adyton::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads digits from `p` on into `value`, which wraps beyond 19 of them; returns their end.
const char* read_digits(const char* p, const char* end, std::uint64_t& value) {
  if constexpr (std::endian::native == std::endian::little) {
    while (end - p >= 8) {
      const std::uint64_t word = detail::load_8(p);
      const unsigned count = detail::digits_in(word);
      if (count == 0) return p;
      value = value * detail::small_powers_of_ten[count] + detail::value_of(word, count);
      p += count;
      if (count < 8) return p;
    }
  }
  for (; is_digit(*p); ++p) value = value * 10 + static_cast<std::uint64_t>(*p - '0');
  return p;
}

/// The integer [digits, end) whose value is `value`, but for what does not fit 64 bits.
NumberToken integer_of(const char* digits, const char* end, bool negative, std::uint64_t value) {
  // Of more digits than fit it does not matter how many there are.
  const auto count = end - digits > 21 ? 21u : static_cast<unsigned>(end - digits);
  NumberToken token = detail::finish_integer(digits, count, negative, value);
  token.end = end;
  return token;
}

constexpr double undecided = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double detail::nearest_double(std::uint64_t mantissa, int exponent) {
  return nearest_double(mantissa, exponent, 0);
}

namespace {

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

}  // namespace

NumberToken measure_number(const char* p, const char* end) {
  const bool negative = *p == '-';
  const char* const digits = p + (negative ? 1 : 0);
  if (!is_digit(*digits)) return {};
  std::uint64_t value = 0;
  p = *digits == '0' ? digits + 1 : read_digits(digits, end, value);
  const char* const whole_end = p;
  std::uint64_t ignored = 0;
  if (*p == '.' && is_digit(p[1])) p = read_digits(p + 1, end, ignored);
  std::int64_t exponent = 0;
  p = read_exponent(p, exponent);
  if (p == whole_end) return integer_of(digits, p, negative, value);
  return {NumberToken::Kind::real, p, 0, 0};
}

NumberToken scan_number(const char* p, const char* end) {
  const bool negative = *p == '-';
  const char* const digits = p + (negative ? 1 : 0);
  if (!is_digit(*digits)) return {};
  std::uint64_t mantissa = 0;
  std::int64_t exponent = 0;
  p = *digits == '0' ? digits + 1 : read_digits(digits, end, mantissa);
  const char* const whole_end = p;
  if (*p == '.' && is_digit(p[1])) {
    p = read_digits(p + 1, end, mantissa);
    exponent = -(p - whole_end - 1);
  }
  const char* const mantissa_end = p;
  std::int64_t written = 0;
  p = read_exponent(p, written);
  if (p == whole_end) return integer_of(digits, p, negative, mantissa);

  exponent += written;
  double value = undecided;
  if (fits_19_digits(digits, mantissa_end) && exponent > -1000 && exponent < 1000) {
    value = detail::quick_nearest_double(mantissa, static_cast<int>(exponent));
  }
  if (std::isnan(value)) value = convert_text(digits, p, written);
  return {NumberToken::Kind::real, p, 0, negative ? -value : value};
}

}  // namespace adyton::json
