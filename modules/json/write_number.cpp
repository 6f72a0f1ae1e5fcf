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

constexpr std::uint64_t exponent_text(int exponent) {
  const auto size = static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent);
  const std::uint64_t tens = ('0' + size / 10 % 10) | ('0' + size % 10) << 8;
  const std::uint64_t sign = exponent < 0 ? '-' : '+';
  const std::uint64_t digits = size < 100 ? tens : ('0' + size / 100) | tens << 8;
  const std::uint64_t length = size < 100 ? 4 : 5;
  return 'e' | sign << 8 | digits << 16 | length << 56;
}

constexpr ExponentTexts make_exponent_texts() {
  ExponentTexts texts{};
  int exponent = least_exponent;
  for (std::uint64_t& text : texts.from_least) text = exponent_text(exponent++);
  return texts;
}

constexpr ShortIntegers make_short_integers() {
  ShortIntegers integers{};
  std::uint32_t number = 0;
  for (std::uint32_t& text : integers.texts) {
    const std::uint32_t size = number < 10 ? 1 : number < 100 ? 2 : 3;
    std::uint32_t rest = number++;
    for (std::uint32_t i = size; i-- > 0; rest /= 10) text |= ('0' + rest % 10) << 8 * i;
    text |= size << 24;
  }
  return integers;
}

}  // namespace

constinit const ShortIntegers short_integers = make_short_integers();
constinit const ExponentTexts exponent_texts = make_exponent_texts();

char* put_point(const char* digits, int count, int exponent, char* out) {
  if (exponent < -4 || exponent >= 16) {
    out[0] = digits[0];
    out[1] = '.';
    std::memcpy(out + 2, digits + 1, 16);
    return put_exponent(exponent, out + count + (count > 1));
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
