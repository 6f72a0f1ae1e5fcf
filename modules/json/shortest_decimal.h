#pragma once

#include <cstdint>

#include "modules/json/always_inline.h"
#include "modules/json/powers_of_ten.h"

namespace adyton::json::detail {

// The shortest decimal of a double is the one with the fewest digits among those nearer to it than
// to any other double (a tie counts where the double's significand is even), and of these the
// nearest. It is found as Raffaello Giulietti's paper "The Schubfach way to render doubles" shows:
// of the multiples of a power of ten just not above the distance of two doubles at least one reads
// back as the double, and of the multiples of ten times that at most one does.

/// digits × 10^exponent.
struct Decimal {
  std::uint64_t digits;
  int exponent;
};

/// The shortest decimal of any positive finite double: significand × 2^exponent as it is stored.
/// The digits may end in zeros.
Decimal shortest_decimal(std::uint64_t significand, int exponent, bool narrow_below);

/// The shortest decimal of a double, in two parts: upper × 10 + last, times 10^exponent.
struct SplitDecimal {
  std::uint64_t upper;  // 15 or 16 digits
  std::uint64_t last;   // one digit
  int exponent;         // of ten, and of the first digit if there are 17
  bool certain;         // else the others have no meaning
};

__extension__ using Wide = unsigned __int128;

/// floor(log10(2^n)) and floor(log2(10^n)) for every n that comes up.
ADYTON_ALWAYS_INLINE constexpr int floor_log10_of_power_of_2(int n) {
  return (n * 1262611) >> 22;
}
ADYTON_ALWAYS_INLINE constexpr int floor_log2_of_power_of_10(int n) {
  return (n * 1741647) >> 19;
}

/// The same by one multiplication, for a double that is neither subnormal nor a power of two, of
/// its bits without the sign. Of the double over 10^(k+1) the whole part has all digits but one;
/// the fraction says how far the neighbours with a digit less are, and is compared with half the
/// distance of doubles. All of these are less than one unit too large or too small: what is nearly
/// equal is a tie if the Scale shows ties, else not certain.
ADYTON_ALWAYS_INLINE SplitDecimal quick_shortest_decimal(std::uint64_t bits) {
  constexpr std::uint64_t half = 1ULL << 63;
  constexpr std::uint64_t digit_doubt = 64;  // of what is left behind the last digit
  const Scale& scale = scales.of_exponent[bits >> 52];
  const std::uint64_t significand = bits << 11 | half;
  const Wide product = Wide{significand} * scale.high +
                       static_cast<std::uint64_t>((Wide{significand} * scale.low) >> 64);
  const auto upper = static_cast<std::uint64_t>(product >> 64);
  const auto fraction = static_cast<std::uint64_t>(product);

  // No branches: which it is cannot be foreseen. `below` (the middle) and `longer` (neither
  // neighbour is in reach) are all ones or none. Even significands reach to the edge itself.
  const std::uint64_t from_middle = fraction - half;
  const std::uint64_t below = 0 - (from_middle >> 63);
  const std::uint64_t edge = scale.edge + (bits & 1) * 2 * edge_doubt;
  const std::uint64_t margin = ((from_middle ^ below) - below) - edge;
  const std::uint64_t longer = 0 - (margin >> 63);
  const Wide product_of_10 = Wide{fraction} * 10;
  const auto digit = static_cast<std::uint64_t>(product_of_10 >> 64);
  // What is left behind the digit, less a half: an even number. The half goes to the even digit.
  const auto rest = static_cast<std::int64_t>(static_cast<std::uint64_t>(product_of_10) - half);
  const std::uint64_t last = digit + ((rest | static_cast<std::int64_t>(digit & 1)) > 0 ? 1 : 0);
  // One branch, which is the same for doubles of like size.
  const bool certain =
      scale.shows_ties != 0 || ((margin + 2 * edge_doubt > 4 * edge_doubt) &
                                (static_cast<std::uint64_t>(rest) + digit_doubt > 2 * digit_doubt));
  return {upper + (~(longer | below) & 1), last & longer, scale.exponent, certain};
}

}  // namespace adyton::json::detail
