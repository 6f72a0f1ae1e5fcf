#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace adyton::json {

/// A number as it stands in a document. An integer that fits std::int64_t is `integer`, one that
/// does not is `big_integer` (its text is its value); with a fraction or an exponent it is `real`.
struct NumberToken {
  enum class Kind : std::uint8_t { none, integer, big_integer, real };

  Kind kind = Kind::none;
  const char* end = nullptr;  // the byte after it
  std::int64_t integer = 0;
  double real = 0;
  bool is_unsigned = false;  // a big_integer that fits std::uint64_t: `integer` has its bits
};

/// The longest number that begins at `p` (RFC 8259); Kind::none if there is none. What follows it
/// is not looked at: of "1.e5" the number is "1". A NUL is readable at `end`. A real is the nearest
/// double, ties to even; beyond the largest it is infinite.
NumberToken scan_number(const char* p, const char* end);

/// The same without the value.
NumberToken measure_number(const char* p, const char* end);

namespace detail {

// Eight characters are looked at in a word, the first in the lowest byte.
[[gnu::always_inline]] inline std::uint64_t load_8(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// The top bit of each of the word's characters that is no digit.
[[gnu::always_inline]] inline std::uint64_t not_digits(std::uint64_t word) {
  const std::uint64_t digits = word ^ 0x3030303030303030u;
  return ((digits + 0x7676767676767676u) | digits) & 0x8080808080808080u;
}

/// How many of the word's characters are digits before one is none.
[[gnu::always_inline]] inline unsigned digits_in(std::uint64_t word) {
  const std::uint64_t others = not_digits(word);
  return others == 0 ? 8 : static_cast<unsigned>(std::countr_zero(others)) / 8;
}

/// The value of the word's first `count` characters, 1 to 8 digits: by pairs, fours, all.
[[gnu::always_inline]] inline std::uint64_t value_of(std::uint64_t word, unsigned count) {
  // Behind zeros, as eight digits.
  word = (word & 0x0F0F0F0F0F0F0F0Fu) << (64 - 8 * count);
  word = word * 10 + (word >> 8);
  return ((word & 0x000000FF000000FFu) * 0x000F424000000064u +
          ((word >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u) >>
         32;
}

/// The same of 0 to 8.
[[gnu::always_inline]] inline std::uint64_t value_of_some(std::uint64_t word, unsigned count) {
  // A shift by 64 is none.
  word <<= 32 - 4 * count;
  return value_of(word << (32 - 4 * count), 8);
}

inline constexpr std::uint64_t small_powers_of_ten[] = {1,
                                                        10,
                                                        100,
                                                        1000,
                                                        10'000,
                                                        100'000,
                                                        1'000'000,
                                                        10'000'000,
                                                        100'000'000,
                                                        1'000'000'000,
                                                        10'000'000'000,
                                                        100'000'000'000,
                                                        1'000'000'000'000,
                                                        10'000'000'000'000,
                                                        100'000'000'000'000,
                                                        1'000'000'000'000'000,
                                                        10'000'000'000'000'000,
                                                        100'000'000'000'000'000,
                                                        1'000'000'000'000'000'000,
                                                        10'000'000'000'000'000'000u};

/// The value of `count` digits, 1 to 16 of them.
[[gnu::always_inline]] inline std::uint64_t value_of_digits(const char* digits, unsigned count) {
  if (count <= 8) return value_of(load_8(digits), count);
  return value_of(load_8(digits), 8) * small_powers_of_ten[count - 8] +
         value_of(load_8(digits + 8), count - 8);
}

/// The number, or with `negative`, which is 0 or 1, what is that much below zero.
[[gnu::always_inline]] inline std::int64_t signed_of(std::uint64_t value, std::uint64_t negative) {
  return static_cast<std::int64_t>((value ^ (0 - negative)) + negative);
}
[[gnu::always_inline]] inline double signed_of(double value, std::uint64_t negative) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ negative << 63);
}

/// The integer of `count` digits whose value is `value`, but for what does not fit 64 bits.
[[gnu::always_inline]] inline NumberToken finish_integer(const char* digits, unsigned count,
                                                         bool negative, std::uint64_t value) {
  constexpr std::uint64_t limit = ~std::uint64_t{0} >> 1;
  constexpr std::uint64_t least_of_20_digits = 10'000'000'000'000'000'000u;
  const char* const end = digits + count;
  if (count <= 19 && value <= limit + (negative ? 1 : 0)) {
    const std::uint64_t bits = negative ? 0 - value : value;
    return {NumberToken::Kind::integer, end, static_cast<std::int64_t>(bits)};
  }
  // Twenty digits that are too many have lost 2^64, and are fewer than twenty.
  const bool fits =
      (count <= 19) | ((count == 20) & (*digits == '1') & (value >= least_of_20_digits));
  return {NumberToken::Kind::big_integer, end, static_cast<std::int64_t>(value), 0,
          fits && !negative};
}

// Powers of ten that are doubles without rounding.
inline constexpr double exact_powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// nearest_double of nearest_double.h, without a sign.
double nearest_double(std::uint64_t mantissa, int exponent);

/// The same, the short way for short decimals.
[[gnu::always_inline]] inline double quick_nearest_double(std::uint64_t mantissa, int exponent) {
  // One multiplication or division of two exact doubles rounds once, so its result is the nearest.
  // Not for all up to 2^53: numbers of all the digits that a double has lie on both sides of that,
  // and had better go the same way, which the processor then foresees.
  if (mantissa < 10'000'000'000'000 && exponent >= -22 && exponent <= 22) {
    const auto whole = static_cast<double>(static_cast<std::int64_t>(mantissa));
    return exponent < 0 ? whole / exact_powers_of_ten[-exponent]
                        : whole * exact_powers_of_ten[exponent];
  }
  return nearest_double(mantissa, exponent);
}

/// Reads the exponent whose `e` is p[at], if it has four digits at most and ends in the first 32
/// characters: `others` has a bit for each of them that is no digit. Moves `at` behind it, and adds
/// it to `exponent`; else false.
[[gnu::always_inline]] inline bool add_exponent(const char* const p, std::uint32_t others,
                                                unsigned& at, int& exponent) {
  const char* const begin = p + at + 1;
  const bool down = *begin == '-';
  const unsigned with_sign = down || *begin == '+' ? 1 : 0;
  // The sign is passed before it is known.
  others &= ~std::uint32_t{0} << 1 << at << 1;
  const auto end = static_cast<unsigned>(std::countr_zero(others));
  const unsigned length = end - at - 1 - with_sign;
  const bool is_digit = static_cast<unsigned char>(begin[with_sign] - '0') < 10;
  if (others == 0 || length > 4 || !is_digit) return false;
  const auto written = static_cast<int>(value_of(load_8(begin + with_sign), length));
  exponent += down ? -written : written;
  at = end;
  return true;
}

/// The number at p as far as its first 32 characters tell, `others` having a bit for each that is
/// no digit. Precondition: it is longer than what scan_short_number reads, or written otherwise.
[[gnu::always_inline]] inline NumberToken scan_in_32(const char* const p, std::uint32_t others) {
  const unsigned sign = *p == '-' ? 1 : 0;
  const char* const digits = p + sign;
  // A sign counts as a digit to find the end: so the end is known before it is.
  others &= ~std::uint32_t{1};
  const auto whole_end = static_cast<unsigned>(std::countr_zero(others));
  const unsigned count = whole_end - sign;
  const unsigned first = static_cast<unsigned char>(*digits) - unsigned{'0'};
  if (others == 0 || first > 9) return {};
  // A zero may only stand alone, and scan_number reads "0" of "01".
  if ((first == 0) & (count > 1)) return {};
  const char after_whole = p[whole_end];

  if (after_whole != '.' && (after_whole | 0x20) != 'e') {
    if (count <= 16) {
      const std::uint64_t value = value_of_digits(digits, count);
      return {NumberToken::Kind::integer, p + whole_end, signed_of(value, sign), 0};
    }
    if (count > 20) return {};
    const std::uint64_t value = value_of_digits(digits, 16) * small_powers_of_ten[count - 16] +
                                value_of(load_8(digits + 16), count - 16);
    if (count < 19) {
      return {NumberToken::Kind::integer, p + whole_end, signed_of(value, sign), 0};
    }
    return finish_integer(digits, count, sign != 0, value);
  }

  if (count > 16) return {};
  std::uint64_t mantissa = value_of_digits(digits, count);
  unsigned end = whole_end;
  int exponent = 0;
  if (after_whole == '.') {
    others &= others - 1;
    end = static_cast<unsigned>(std::countr_zero(others));
    const unsigned decimals = end - whole_end - 1;
    if (others == 0 || decimals == 0) return {};
    const char* const decimal = p + whole_end + 1;
    exponent = -static_cast<int>(decimals);
    if (decimals <= 8) {
      mantissa = mantissa * small_powers_of_ten[decimals] + value_of(load_8(decimal), decimals);
    } else {
      // All of one way again, however many there are: eight, up to eight, up to eight.
      const unsigned middle = decimals < 16 ? decimals - 8 : 8;
      const unsigned last = decimals - 8 - middle;
      const std::uint64_t upper = value_of(load_8(decimal), 8) * small_powers_of_ten[middle] +
                                  value_of(load_8(decimal + 8), middle);
      // A mantissa has 19 digits; zeros before the others are none.
      if (count + decimals > 19 &&
          (mantissa != 0 || decimals > 23 || upper >= small_powers_of_ten[19 - last])) {
        return {};
      }
      mantissa = (mantissa * small_powers_of_ten[8 + middle] + upper) * small_powers_of_ten[last] +
                 value_of_some(load_8(decimal + 16), last);
    }
    if (decimals <= 8 && count + decimals > 19) return {};
  }
  if ((p[end] | 0x20) == 'e' && !add_exponent(p, others, end, exponent)) return {};
  const double real = quick_nearest_double(mantissa, exponent);
  if (real != real) return {};
  return {NumberToken::Kind::real, p + end, 0, signed_of(real, sign)};
}

}  // namespace detail

/// scan_number for the many that are 7 characters at most, with a fraction or without; Kind::none
/// for any other text, which scan_number then tells about. `word` is the 8 bytes at `p`.
[[gnu::always_inline]] inline NumberToken scan_short_number(std::uint64_t word, const char* p) {
  if constexpr (std::endian::native != std::endian::little) return {};
  // A sign counts as a digit to find the end: so the end is known before it is.
  const std::uint64_t others = detail::not_digits(word) & ~std::uint64_t{0xFF};
  if (others == 0) return {};
  const auto whole_bits = static_cast<unsigned>(std::countr_zero(others)) & ~7u;
  const auto at = [word](unsigned bits) { return static_cast<char>(word >> bits); };
  const std::uint64_t behind = others & (others - 1);
  // Long decimals go before anything asks for the sign, which the processor cannot foresee.
  if (behind == 0 && at(whole_bits) == '.') return {};
  const bool negative = at(0) == '-';
  const unsigned first = static_cast<unsigned char>(at(negative ? 8 : 0) - '0');
  // A zero may only stand alone, and scan_number reads "0" of "01".
  if (first > 9 || ((first == 0) & (whole_bits > (negative ? 16u : 8u)))) return {};
  const std::uint64_t digits = word & ~std::uint64_t{negative ? 0xFFu : 0u};
  if (at(whole_bits) != '.') {
    if ((at(whole_bits) | 0x20) == 'e') return {};
    const auto value = static_cast<std::int64_t>(detail::value_of(digits, whole_bits / 8));
    return {NumberToken::Kind::integer, p + whole_bits / 8, negative ? -value : value, 0};
  }
  const auto bits = static_cast<unsigned>(std::countr_zero(behind)) & ~7u;
  const unsigned decimals = bits / 8 - whole_bits / 8 - 1;
  if (decimals == 0 || (at(bits) | 0x20) == 'e') return {};
  // Without the point.
  const std::uint64_t whole_mask = (std::uint64_t{1} << whole_bits) - 1;
  const std::uint64_t joined = (digits & whole_mask) | (digits >> 8 & ~whole_mask);
  const auto mantissa = static_cast<std::int64_t>(detail::value_of(joined, bits / 8 - 1));
  const double real = static_cast<double>(mantissa) / detail::exact_powers_of_ten[decimals];
  return {NumberToken::Kind::real, p + bits / 8, 0, negative ? -real : real};
}

/// What scan_ordinary_number looks at.
inline constexpr std::size_t ordinary_number_reach = 64;

/// scan_number for what most numbers are: Kind::none for any other, and for text that is none,
/// about which scan_number then tells. `others` has a bit for each of the first 32 characters that
/// is no digit, the first one's the lowest; `ordinary_number_reach` bytes are readable from `p` on.
[[gnu::always_inline]] inline NumberToken scan_ordinary_number(const char* p,
                                                               std::uint32_t others) {
  if constexpr (std::endian::native != std::endian::little) return {};
  return detail::scan_in_32(p, others);
}

}  // namespace adyton::json
