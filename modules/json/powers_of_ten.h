#pragma once

#include <cstdint>

namespace adyton::json::detail {

/// The 128 leading bits of a power of ten, rounded up: 10^n = (high·2^64 + low)·2^(floor(log2 10^n)
/// - 127), exactly for n in [0, 55], else less than one in the last bit too large. The first bit is
/// set.
struct PowerOfTen {
  std::uint64_t high;
  std::uint64_t low;
};

/// Of every 10^n by which the shortest decimal of a double is found, and by which a mantissa of 19
/// digits is that is a normal double.
inline constexpr int least_power_of_ten = -326;
inline constexpr int largest_power_of_ten = 324;
struct PowersOfTen {
  PowerOfTen from_least[largest_power_of_ten - least_power_of_ten + 1];
};
extern const PowersOfTen powers_of_ten;

/// By how much, in units of 2^-64, what the quick way compares may be wrong at most.
inline constexpr std::uint64_t edge_doubt = 4;

/// What is needed of a double's binary exponent to find its shortest decimal: 2^q is the distance
/// of doubles there, 10^k the largest power of ten that is not above it.
struct Scale {
  // 2^q / 10^(k+1), in units of 2^-117, rounded up: a significand in the highest 53 bits of 64,
  // times this, is the double over 10^(k+1), with 128 bits of fraction.
  std::uint64_t high;
  std::uint64_t low;
  std::uint64_t edge;        // 1/2 less half of that, in units of 2^-64, less edge_doubt
  std::int32_t exponent;     // k + 16
  std::uint32_t shows_ties;  // 1 if of all such doubles what looks like a tie is one, else 0
};
struct Scales {
  Scale of_exponent[2047];  // as the double stores it; that of subnormals is not used
};
extern const Scales scales;

}  // namespace adyton::json::detail
