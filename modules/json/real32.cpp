#include "modules/json/real32.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "modules/json/write_number.h"

namespace adyton::json {
namespace {

// The method is R. Giulietti's ("The Schubfach way to render doubles", 2020), for 32 bits: of the
// decimals with the fewest digits between the float's two halfway points, the nearest.

using Wide = unsigned __int128;

// The powers of ten that floats need.
constexpr int least_power = -31;
constexpr int greatest_power = 45;

/// floor(log2(10^power)).
constexpr int log2_of_power(int power) {
  return (power * 1'741'647) >> 19;
}

/// 10^power × 2^s, for the s that makes it 64 bits long, rounded up.
constexpr std::uint64_t scaled_power(int power) {
  Wide value = 1;
  bool exact = true;
  if (power >= 0) {
    for (int i = 0; i < power; ++i) {
      value *= 10;
      while (value >> 120 != 0) {
        exact = exact && (value & 1) == 0;
        value >>= 1;
      }
    }
  } else {
    // One division by ten at a time of a number kept at 120 bits: the error stays far below the
    // 64th bit.
    value = Wide{1} << 119;
    for (int i = 0; i > power; --i) {
      value /= 10;
      while (value >> 119 == 0) value <<= 1;
    }
    exact = false;
  }
  while (value >> 64 != 0) {
    exact = exact && (value & 1) == 0;
    value >>= 1;
  }
  while (value >> 63 == 0) value <<= 1;
  return static_cast<std::uint64_t>(value) + (exact ? 0 : 1);
}

constexpr auto powers = [] {
  std::array<std::uint64_t, greatest_power - least_power + 1> table{};
  for (int power = least_power; power <= greatest_power; ++power) {
    table[static_cast<std::size_t>(power - least_power)] = scaled_power(power);
  }
  return table;
}();

/// The upper bits of the product, the last of them set if any below is: what it is compared with
/// stays on its side.
std::uint32_t multiply(std::uint64_t power, std::uint32_t factor) {
  const Wide product = Wide{power} * factor;
  const auto upper = static_cast<std::uint32_t>(product >> 64);
  const auto middle = static_cast<std::uint32_t>(static_cast<std::uint64_t>(product) >> 32);
  return upper | (middle > 1 ? 1u : 0u);
}

constexpr std::uint64_t small_powers[] = {1,       10,        100,        1'000,      10'000,
                                          100'000, 1'000'000, 10'000'000, 100'000'000};

/// Of a number from 1 to 999,999,999.
int count_digits(std::uint32_t number) {
  // 1233 / 4096 is a little more than log10(2).
  const int guess = (std::bit_width(number) * 1233) >> 12;
  return guess + (guess == 9 || number < small_powers[guess] ? 0 : 1);
}

/// digits × 10^exponent.
struct Decimal {
  std::uint32_t digits;
  int exponent;
};

/// The shortest decimal of the finite, positive float of these bits; its digits may end in zeros.
Decimal shortest(std::uint32_t bits) {
  const std::uint32_t fraction = bits & 0x7FFFFF;
  const auto biased = static_cast<int>(bits >> 23);
  const std::uint32_t mantissa = biased == 0 ? fraction : fraction | 0x800000;
  const int exponent = (biased == 0 ? 1 : biased) - 150;
  // Below a power of two the floats lie twice as close.
  const bool uneven = fraction == 0 && biased > 1;
  const std::uint32_t odd = mantissa & 1;

  const int k = (exponent * 1'262'611 - (uneven ? 524'031 : 0)) >> 22;
  const int shift = exponent + log2_of_power(-k) + 1;
  const std::uint64_t power = powers[static_cast<std::size_t>(-k - least_power)];
  const std::uint32_t value = multiply(power, (4 * mantissa) << shift);
  const std::uint32_t low = multiply(power, (4 * mantissa - (uneven ? 1 : 2)) << shift) + odd;
  const std::uint32_t high = multiply(power, (4 * mantissa + 2) << shift) - odd;

  const std::uint32_t whole = value / 4;
  if (whole >= 10) {
    const std::uint32_t tens = whole / 10;
    const bool down = low <= 40 * tens;
    const bool up = 40 * tens + 40 <= high;
    if (down != up) return {tens + (up ? 1 : 0), k + 1};
  }
  const bool down = low <= 4 * whole;
  const bool up = 4 * whole + 4 <= high;
  if (down != up) return {whole + (up ? 1 : 0), k};
  const std::uint32_t middle = 4 * whole + 2;
  const bool round_up = value > middle || (value == middle && whole % 2 == 1);
  return {whole + (round_up ? 1 : 0), k};
}

/// Writes the decimal, whose first of nine digits is worth 10^exponent with -4 <= exponent < 8:
/// eight digits, as characters in `word`, and a last one.
char* put_near_one(std::uint64_t word, char last, int count, int exponent, char* out) {
  if (exponent < 0) {
    detail::store_8(out, 0x303030303030'2E30);  // "0.000000", the first in the lowest byte
    out += 1 - exponent;
    detail::store_8(out, word);
    out[8] = last;
    return out + count;
  }
  // The point goes into the word; what stands behind it moves by one.
  const int point = exponent + 1;
  const std::uint64_t before = point == 8 ? ~0ULL : (1ULL << point * 8) - 1;
  detail::store_8(out + 1, word);
  out[9] = last;
  detail::store_8(out, (word & before) | (word & ~before) << 8);
  out[point] = '.';
  return out + 1 + std::max(count, point + 1);
}

}  // namespace

char* write_real32(float value, char* out) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  *out = '-';
  out += bits >> 31;
  const float size = std::abs(value);
  if (size < 0x1p24f && size == std::trunc(size)) {
    out = detail::put_unsigned(static_cast<std::uint64_t>(size), out);
    *out++ = '.';
    *out++ = '0';
    return out;
  }
  const Decimal decimal = shortest(bits & 0x7FFFFFFF);
  const int written = count_digits(decimal.digits);
  const std::uint64_t nine = decimal.digits * small_powers[9 - written];
  const std::uint64_t eight = nine / 10;
  const std::uint64_t last = nine - eight * 10;
  const std::uint64_t digits = detail::digits_of_8(eight);
  const int count = last != 0 ? 9 : 8 - std::countl_zero(digits) / 8;
  const int exponent = decimal.exponent + written - 1;
  const auto last_character = static_cast<char>('0' + last);
  if (exponent >= -4 && exponent < 8) {
    return put_near_one(digits | detail::zeros, last_character, count, exponent, out);
  }
  // put_point looks at 17 digits.
  char characters[17];
  std::fill_n(characters, sizeof characters, '0');
  detail::store_8(characters, digits | detail::zeros);
  characters[8] = last_character;
  return detail::put_point(characters, count, exponent, out);
}

}  // namespace adyton::json
