#include "modules/json/powers_of_ten.h"

#include <array>
#include <bit>
#include <cstddef>
#include <iterator>

#include "modules/json/shortest_decimal.h"

namespace adyton::json::detail {
namespace {

/// A whole number with room for 5^324 and for 2^959, its lowest 64 bits first.
class BigNumber {
 public:
  explicit constexpr BigNumber(std::size_t power_of_two) {
    words_[power_of_two / 64] = 1ULL << power_of_two % 64;
  }

  constexpr void multiply_by_5() {
    std::uint64_t carry = 0;
    for (std::uint64_t& word : words_) {
      const Wide product = Wide{word} * 5 + carry;
      word = static_cast<std::uint64_t>(product);
      carry = static_cast<std::uint64_t>(product >> 64);
    }
  }

  /// Rounds down. Doing so time and again is the same as rounding down once, at the end.
  constexpr void divide_by_5() {
    std::uint64_t rest = 0;
    for (std::size_t i = words_.size(); i-- > 0;) {
      const Wide dividend = Wide{rest} << 64 | words_[i];
      words_[i] = static_cast<std::uint64_t>(dividend / 5);
      rest = static_cast<std::uint64_t>(dividend % 5);
    }
  }

  /// The 128 leading bits, plus one if there are bits set below them or `inexact`.
  constexpr PowerOfTen leading_bits(bool inexact) const {
    std::size_t top = words_.size() - 1;
    while (words_[top] == 0) --top;
    const int shift = std::countl_zero(words_[top]);
    const auto word = [&](std::size_t i) {
      const std::uint64_t below = i > top ? 0 : at(top - i - 1);
      return at(top - i) << shift | (shift == 0 ? 0 : below >> (64 - shift));
    };
    bool more = inexact || (at(top - 2) << shift) != 0;
    for (std::size_t i = 0; i + 2 < top; ++i) more = more || words_[i] != 0;
    const Wide bits = (Wide{word(0)} << 64 | word(1)) + (more ? 1 : 0);
    return {static_cast<std::uint64_t>(bits >> 64), static_cast<std::uint64_t>(bits)};
  }

 private:
  /// Words below the lowest are zero: their index wraps.
  constexpr std::uint64_t at(std::size_t i) const { return i < words_.size() ? words_[i] : 0; }

  std::array<std::uint64_t, 15> words_{};
};

// A power of ten has the leading bits of the power of five.
constexpr PowersOfTen make_powers() {
  PowersOfTen powers{};
  constexpr std::size_t one = -least_power_of_ten;
  BigNumber power(0);
  for (std::size_t i = one; i < std::size(powers.from_least); ++i, power.multiply_by_5()) {
    powers.from_least[i] = power.leading_bits(false);
  }
  BigNumber inverse(959);
  for (std::size_t i = one; i-- > 0;) {
    inverse.divide_by_5();
    powers.from_least[i] = inverse.leading_bits(true);
  }
  return powers;
}

constexpr PowersOfTen powers = make_powers();

/// Whether, of a double that is a multiple of 2^exponent, what the quick way takes for a tie is
/// one. Below 2^53 it is if all that is computed is exact: if the double over 10^(k+1) has so few
/// bits of fraction. Beyond, between two decimals there are no ties; and whatever is no tie is far
/// from one, by 1/10^(k+1) at least, while that is small.
constexpr bool shows_ties(int exponent, int ten_exponent) {
  return exponent < 0 ? exponent - ten_exponent - 1 >= -60 : ten_exponent < 15;
}

constexpr Scale make_scale(int exponent) {
  const int ten_exponent = floor_log10_of_power_of_2(exponent);
  const PowerOfTen& power = powers.from_least[-ten_exponent - 1 - least_power_of_ten];
  const Wide bits = Wide{power.high} << 64 | power.low;
  // 11 to 14.
  const int shift = 10 - exponent - floor_log2_of_power_of_10(-ten_exponent - 1);
  const Wide scale = (bits >> shift) + (bits << (128 - shift) != 0 ? 1 : 0);
  return {static_cast<std::uint64_t>(scale >> 64), static_cast<std::uint64_t>(scale),
          (1ULL << 63) - static_cast<std::uint64_t>(scale >> 54) - edge_doubt, ten_exponent + 16,
          shows_ties(exponent, ten_exponent) ? 1u : 0u};
}

constexpr Scales make_scales() {
  Scales all{};
  for (int i = 1; i < 2047; ++i) all.of_exponent[i] = make_scale(i - 1075);
  return all;
}

}  // namespace

constinit const PowersOfTen powers_of_ten = powers;
constinit const Scales scales = make_scales();

}  // namespace adyton::json::detail
