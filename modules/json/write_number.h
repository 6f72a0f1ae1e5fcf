#pragma once

#include <cstddef>
#include <cstdint>

#include "modules/json/decimal_digits.h"
#include "modules/json/shortest_decimal.h"

namespace adyton::json {

/// The most characters write_integer and write_real make; they may scribble on as many bytes.
inline constexpr std::size_t integer_capacity = 24;
inline constexpr std::size_t real_capacity = 40;

/// Writes `value` in decimal at `out`; returns the end.
char* write_integer(std::int64_t value, char* out);

/// Writes the shortest decimal that reads back as `value`, in the form of Python's repr(float): a
/// fraction always, an exponent below 1e-4 and from 1e16 on. Returns the end. Precondition: finite.
char* write_real(double value, char* out);

namespace detail {

/// The digits of every number below 1000, the first in the lowest byte, and in the highest how many
/// they are.
struct ShortIntegers {
  std::uint32_t texts[1000];
};
extern const ShortIntegers short_integers;

/// write_integer, for hot loops.
ADYTON_ALWAYS_INLINE char* put_unsigned(std::uint64_t value, char* out) {
  constexpr std::uint64_t eight = 100'000'000;
  std::uint64_t first = value;
  if (value >= eight) {
    first = value / eight;
    if (value >= eight * eight) {
      // At most four digits.
      const std::uint64_t top = first / eight;
      const std::uint64_t digits = digits_of_8(top);
      const int unused = __builtin_ctzll(digits) / 8;
      store_8(out, (digits | zeros) >> unused * 8);
      out += 8 - unused;
      first -= top * eight;
      store_8(out, digits_of_8(first) | zeros);
      store_8(out + 8, digits_of_8(value % eight) | zeros);
      return out + 16;
    }
  }
  if (first < 1000) {
    const std::uint32_t text = short_integers.texts[first];
    store_4(out, text);
    out += text >> 24;
  } else {
    const std::uint64_t digits = digits_of_8(first);
    const int unused = __builtin_ctzll(digits) / 8;
    store_8(out, (digits | zeros) >> unused * 8);
    out += 8 - unused;
  }
  if (value < eight) return out;
  store_8(out, digits_of_8(value - first * eight) | zeros);
  return out + 8;
}

/// The same of a number below 2^30.
ADYTON_ALWAYS_INLINE char* put_30_bits(std::uint32_t value, char* out) {
  if (value < 1000) {
    const std::uint32_t text = short_integers.texts[value];
    store_4(out, text);
    return out + (text >> 24);
  }
  if (value < 100'000'000) {
    const std::uint64_t digits = digits_of_8(value);
    const int unused = __builtin_ctzll(digits) / 8;
    store_8(out, (digits | zeros) >> unused * 8);
    return out + (8 - unused);
  }
  const std::uint32_t first = value / 100'000'000;  // one digit, or 10
  out[0] = '1';
  out += first == 10;
  *out++ = static_cast<char>('0' + first % 10);
  store_8(out, digits_of_8(value - first * 100'000'000) | zeros);
  return out + 8;
}

ADYTON_ALWAYS_INLINE char* put_signed(std::int64_t value, char* out) {
  const auto bits = static_cast<std::uint64_t>(value);
  *out = '-';
  return put_unsigned(value < 0 ? 0 - bits : bits, out + (value < 0));
}

/// The bits of a double without its sign.
inline constexpr std::uint64_t magnitude_bits = ~0ULL >> 1;

/// Writes any finite positive double, or zero.
char* put_rare_real(std::uint64_t bits, char* out);

/// Writes `count` digits, the first of which is worth 10^exponent, as repr(float) does. There are
/// 17 characters at `digits`, zeros behind the first `count`.
char* put_point(const char* digits, int count, int exponent, char* out);

/// The exponents of scientific notation, "e-05" or "e+300", for every power of ten that the first
/// digit of a double can be worth: the characters, zeros, and in the highest byte how many they
/// are.
inline constexpr int least_exponent = -324;
struct ExponentTexts {
  std::uint64_t from_least[308 - least_exponent + 1];
};
extern const ExponentTexts exponent_texts;

/// Writes the exponent of scientific notation; scribbles on 8 bytes.
ADYTON_ALWAYS_INLINE char* put_exponent(int exponent, char* out) {
  const std::uint64_t text = exponent_texts.from_least[exponent - least_exponent];
  store_8(out, text);
  return out + (text >> 56);
}

/// "0.000000", the first in the lowest byte.
inline constexpr std::uint64_t leading_zeros = 0x3030303030302e30u;

#if defined(__SSSE3__)

/// Bytes from `offset` on, zeros behind them.
alignas(16) inline constexpr std::uint8_t positions[48] = {
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

ADYTON_ALWAYS_INLINE void store_from(char* out, __m128i bytes, int offset) {
  const __m128i places = _mm_loadu_si128(reinterpret_cast<const __m128i*>(positions + offset));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(bytes, places));
}

/// Writes upper × 10 + last, times 10^exponent.
ADYTON_ALWAYS_INLINE char* put_decimal(const SplitDecimal& decimal, char* out) {
  constexpr std::uint64_t eight = 100'000'000;
  const std::uint64_t first = decimal.upper / eight;
  const __m128i digits = digits_of_16(first, decimal.upper - first * eight);
  const auto zero =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_setzero_si128())));
  // A zero may come first.
  const int skip = static_cast<int>(zero & 1);
  // 0x10000 if the last digit is not zero: without a branch, for it cannot be foreseen.
  const auto longest = static_cast<unsigned>(decimal.last + 0xffff) & 0x10000;
  const unsigned present = (zero ^ 0xffff) | longest;
  const int count = 32 - __builtin_clz(present) - skip;
  const int exponent = decimal.exponent - skip;  // of the first digit
  const __m128i text = _mm_or_si128(digits, _mm_set1_epi8('0'));
  const char last = static_cast<char>('0' + decimal.last);
  // From 1e15 on the last digit may stand before the point.
  if (exponent < 0 || exponent >= 15) [[unlikely]] {
    if (exponent >= -4 && exponent < 0) {
      store_8(out, leading_zeros);
      out += 1 - exponent;
      store_from(out, text, skip);
      out[16 - skip] = last;
      return out + count;
    }
    if (exponent == 15) {
      char characters[24];
      store_from(characters, text, skip);
      store_8(characters + 16, zeros);
      characters[16 - skip] = last;
      const int point = exponent + 1;
      store_from(out, text, skip);
      out[15] = characters[15];
      out[point] = '.';
      out[point + 1] = characters[point];
      out[point + 2] = characters[point + 1];
      return out + 1 + (count > point ? count : point + 1);
    }
    store_from(out, text, skip);
    store_from(out + 2, text, skip + 1);
    out[1] = '.';
    out[17 - skip] = last;
    return put_exponent(exponent, out + count + (count > 1));
  }
  const int point = exponent + 1;
  store_from(out, text, skip);
  store_from(out + point + 1, text, skip + point);
  out[point] = '.';
  out[17 - skip] = last;
  return out + 1 + (count > point ? count : point + 1);
}

#else

/// How many of 8 + 8 + 1 digits, the first of which is not zero, there are without the zeros at the
/// end. No branches: lengths cannot be foreseen.
ADYTON_ALWAYS_INLINE int significant_digits(std::uint64_t high, std::uint64_t low,
                                            std::uint64_t tail) {
  const int of_high = 8 - __builtin_clzll(high | 1) / 8;
  const int of_low = (70 - __builtin_clzll(low << 1 | 1)) / 8;
  const int of_both = of_low + static_cast<int>(of_low != 0) * 8;
  const int most = of_high > of_both ? of_high : of_both;
  const int all = static_cast<int>(tail != 0) * 17;
  return most > all ? most : all;
}

/// Writes upper × 10 + last, times 10^exponent.
ADYTON_ALWAYS_INLINE char* put_decimal(const SplitDecimal& decimal, char* out) {
  constexpr std::uint64_t eight = 100'000'000;
  const std::uint64_t first = decimal.upper / eight;
  std::uint64_t high = digits_of_8(first);
  std::uint64_t low = digits_of_8(decimal.upper - first * eight);
  std::uint64_t tail = decimal.last;
  // Two words and a tail. If the first digit is a zero all move up by one.
  const int move = static_cast<int>((high & 0xff) == 0) * 8;
  high = high >> move | low << 1 << (63 - move);
  low = low >> move | tail << 1 << (63 - move);
  tail >>= move;
  const int count = significant_digits(high, low, tail);
  const int exponent = decimal.exponent - move / 8;  // of the first digit
  high |= zeros;
  low |= zeros;
  const char last = static_cast<char>('0' + tail);
  const auto with_point = [](std::uint64_t word, int point) {
    const std::uint64_t before = (1ULL << point * 8) - 1;
    return (word & before) | std::uint64_t{'.'} << point * 8 | (word & ~before) << 8;
  };
  if (exponent < 0 || exponent >= 7) [[unlikely]] {
    if (exponent >= -4 && exponent < 0) {
      store_8(out, leading_zeros);
      out += 1 - exponent;
      store_8(out, high);
      store_8(out + 8, low);
      out[16] = last;
      return out + count;
    }
    out[17] = last;
    if (exponent >= 7 && exponent < 15) {
      const int point = exponent + 1;
      store_8(out + 9, low);
      store_8(out, high);
      store_8(out + 8, with_point(low, point - 8));
      return out + 1 + (count > point ? count : point + 1);
    }
    if (exponent == 15) {
      store_8(out, high);
      store_8(out + 8, low);
      out[16] = '.';
      return out + 18;
    }
    store_8(out + 1, high);
    store_8(out + 9, low);
    out[0] = static_cast<char>(high);
    out[1] = '.';
    return put_exponent(exponent, out + count + (count > 1));
  }

  // The point goes into the first word; the rest lies one further.
  const int point = exponent + 1;
  store_8(out + 1, high);
  store_8(out + 9, low);
  out[17] = last;
  store_8(out, with_point(high, point));
  return out + 1 + (count > point ? count : point + 1);
}

#endif

/// write_real, for hot loops.
ADYTON_ALWAYS_INLINE char* put_finite(double value, char* out) {
  constexpr std::uint64_t implicit_bit = 1ULL << 52;
  const auto signed_bits = __builtin_bit_cast(std::uint64_t, value);
  const std::uint64_t bits = signed_bits & magnitude_bits;
  *out = '-';
  out += signed_bits >> 63;
  const std::uint64_t stored = bits & (implicit_bit - 1);
  // Zeros, powers of two (which have a nearer neighbour below) and subnormals.
  if (stored == 0 || bits < implicit_bit) [[unlikely]]
    return put_rare_real(bits, out);
  const SplitDecimal decimal = quick_shortest_decimal(bits);
  if (!decimal.certain) [[unlikely]]
    return put_rare_real(bits, out);
  return put_decimal(decimal, out);
}

}  // namespace detail
}  // namespace adyton::json
