#include "modules/json/shortest_decimal.h"

namespace adyton::json::detail {
namespace {

/// factor × power / 2^128, rounded to odd: its last bit says whether anything was cut off, which is
/// all that comparisons with even numbers need to know. What the power's own rounding adds does not
/// reach the bits that count.
std::uint64_t multiply_to_odd(const PowerOfTen& power, std::uint64_t factor) {
  const Wide product =
      Wide{factor} * power.high + static_cast<std::uint64_t>((Wide{factor} * power.low) >> 64);
  const auto rest = static_cast<std::uint64_t>(product);
  return static_cast<std::uint64_t>(product >> 64) | (rest > 1 ? 1 : 0);
}

}  // namespace

Decimal shortest_decimal(std::uint64_t significand, int exponent, bool narrow_below) {
  // The doubles' distance is 2^exponent; below a power of two it is half of that, so that the
  // interval is 3/4 as wide.
  const int ten_exponent =
      narrow_below ? (exponent * 1262611 - 524031) >> 22 : floor_log10_of_power_of_2(exponent);
  const int shift = exponent + floor_log2_of_power_of_10(-ten_exponent) + 1;
  const PowerOfTen& power = powers_of_ten.from_least[-ten_exponent - least_power_of_ten];

  // All four times as large, so that halves and quarters are whole. The midpoints to the neighbours
  // are inside if the significand is even.
  const std::uint64_t value = multiply_to_odd(power, significand * 4 << shift);
  const std::uint64_t inside = significand % 2;
  const std::uint64_t least =
      multiply_to_odd(power, (significand * 4 - (narrow_below ? 1 : 2)) << shift) + inside;
  const std::uint64_t most = multiply_to_odd(power, (significand * 4 + 2) << shift) - inside;

  const std::uint64_t whole = value / 4;
  if (whole >= 10) {
    const std::uint64_t upper = whole / 10;
    const bool lower_is_inside = least <= upper * 40;
    const bool upper_is_inside = upper * 40 + 40 <= most;
    if (lower_is_inside != upper_is_inside) {
      return {upper + (upper_is_inside ? 1 : 0), ten_exponent + 1};
    }
  }
  const bool lower_is_inside = least <= whole * 4;
  const bool upper_is_inside = whole * 4 + 4 <= most;
  if (lower_is_inside != upper_is_inside) {
    return {whole + (upper_is_inside ? 1 : 0), ten_exponent};
  }
  const std::uint64_t middle = whole * 4 + 2;
  const bool round_up = value > middle || (value == middle && whole % 2 == 1);
  return {whole + (round_up ? 1 : 0), ten_exponent};
}

}  // namespace adyton::json::detail
