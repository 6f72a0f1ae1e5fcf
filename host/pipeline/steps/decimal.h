#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace adyton::pipeline {

/// The exact value of a JSON number, of whatever size: nothing is rounded, so 1 and 1.0 and 10e-1
/// are equal, and 9007199254740993 is not 9007199254740992.
class Decimal {
 public:
  /// Precondition: `number` is a JSON number.
  explicit Decimal(std::string_view number);

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  // 0.DIGITS × 10^exponent, the first and the last digit not 0; zero has no digits and exponent 0.
  bool negative_ = false;
  std::string digits_;
  // Stops at ±2^62, far beyond any text that could be written out.
  std::int64_t exponent_ = 0;
};

}  // namespace adyton::pipeline
