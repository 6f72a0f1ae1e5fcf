#include "modules/json/write_number.h"

#include <algorithm>
#include <cstring>

namespace adyton::json {
namespace detail {

#if defined(__SSE2__) && !defined(__AVX512IFMA__)
constinit const DigitLanes digit_lanes = {{109951163, 109951163},
                                          {10'000, 10'000},
                                          {5243, 5243, 5243, 5243, 5243, 5243, 5243, 5243},
                                          {100, 100, 100, 100, 100, 100, 100, 100},
                                          {6554, 6554, 6554, 6554, 6554, 6554, 6554, 6554},
                                          {10, 10, 10, 10, 10, 10, 10, 10}};
#endif

namespace {

/// Writes the exponent of a number in scientific form.
char* put_exponent(int exponent, char* out) {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const auto size = static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent);
  if (size < 10) *out++ = '0';
  return put_unsigned(size, out);
}

}  // namespace

char* put_point(const char* digits, int count, int exponent, char* out) {
  if (exponent < -4 || exponent >= 16) {
    *out++ = digits[0];
    if (count > 1) *out++ = '.';
    out = std::copy_n(digits + 1, count - 1, out);
    return put_exponent(exponent, out);
  }
  if (exponent < 0) {
    out = std::copy_n("0.0000", 1 - exponent, out);
    return std::copy_n(digits, count, out);
  }
  const int whole = exponent + 1;
  out = std::copy_n(digits, whole, out);
  *out++ = '.';
  return std::copy_n(digits + whole, std::max(count - whole, 1), out);
}

char* put_rare_real(std::uint64_t bits, char* out) {
  constexpr std::uint64_t implicit_bit = 1ULL << 52;
  if (bits == 0) return std::copy_n("0.0", 3, out);
  const std::uint64_t stored = bits & (implicit_bit - 1);
  const int biased = static_cast<int>(bits >> 52);
  const Decimal decimal = biased == 0 ? shortest_decimal(stored, -1074, false)
                                      : shortest_decimal(stored | implicit_bit, biased - 1075,
                                                         stored == 0 && biased > 1);
  char digits[17 + integer_capacity];
  const char* const end = put_unsigned(decimal.digits, digits);
  const int size = static_cast<int>(end - digits);
  std::fill(digits + size, digits + 17, '0');
  int count = size;
  while (digits[count - 1] == '0') --count;
  return put_point(digits, count, decimal.exponent + size - 1, out);
}

}  // namespace detail

char* write_integer(std::int64_t value, char* out) {
  return detail::put_signed(value, out);
}

char* write_real(double value, char* out) {
  return detail::put_finite(value, out);
}

}  // namespace adyton::json
