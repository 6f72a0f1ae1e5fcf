#pragma once

#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>

#include "modules/json/powers_of_ten.h"

namespace adyton::json::detail {

/// The double nearest to decimal × 10^exponent, ties to even, with `sign` as its highest bit; NaN
/// in the few cases where that takes more than its 64 bits to find out.
///
/// From the product of the mantissa and the 128 leading bits of the power of ten. The table's
/// number is too large by less than one in its last bit, so the product is too large by less than
/// the mantissa: of its 192 bits, the upper 128 are right or one too many. Where that could decide
/// how to round, which is next to a tie only, there is no answer, unless the power of ten is so
/// small that what is next to a tie is one; nor is there for subnormal results.
[[gnu::always_inline]] inline double nearest_double(std::uint64_t decimal, int exponent,
                                                    std::uint64_t sign) {
  __extension__ using Wide = unsigned __int128;
  constexpr double undecided = std::numeric_limits<double>::quiet_NaN();
  // Up to here a decimal and a midpoint of doubles, brought to one unit, are whole numbers below
  // 2^64 × 5^25 < 2^123: where they differ, the upper 126 bits of the product show it.
  constexpr int small = 25;
  if (decimal == 0) [[unlikely]]
    return std::bit_cast<double>(sign);
  const auto index = static_cast<unsigned>(exponent - least_power_of_ten);
  if (index >= std::size(powers_of_ten.from_least)) [[unlikely]]
    return undecided;
  const PowerOfTen& power = powers_of_ten.from_least[index];
  const int unused = std::countl_zero(decimal);
  const std::uint64_t mantissa = decimal << unused;
  // The sum by halves: as a whole, compilers put it into memory.
  const auto low = static_cast<std::uint64_t>((Wide{mantissa} * power.low) >> 64);
  const Wide product = Wide{mantissa} * power.high;
  const std::uint64_t middle = static_cast<std::uint64_t>(product) + low;
  const std::uint64_t high = static_cast<std::uint64_t>(product >> 64) + (middle < low ? 1 : 0);

  const int top = static_cast<int>(high >> 63);
  const int shift = 9 + top;
  std::uint64_t kept = high >> shift;  // 53 bits, and the one that says how to round
  // One branch: whether `middle` alone is zero, as it is where the decimal is a double, cannot be
  // foreseen.
  const std::uint64_t behind = high << (63 - shift);
  if (((behind ^ 1ULL << 63) | middle) == 0) [[unlikely]] {
    if (exponent < -small || exponent > small) return undecided;
    kept &= kept >> 1 | ~std::uint64_t{1};  // up from odd ones only
  }
  const int log2_of_power = (exponent * 217'706) >> 16;  // rounded down
  const int biased = 1085 + top - unused + log2_of_power;
  if (static_cast<unsigned>(biased) >= 2045) [[unlikely]]
    return undecided;
  // The leading bit adds one to the exponent, as a carry does.
  const std::uint64_t bits = (static_cast<std::uint64_t>(biased) << 52) + ((kept + 1) >> 1);
  return std::bit_cast<double>(bits | sign);
}

}  // namespace adyton::json::detail
