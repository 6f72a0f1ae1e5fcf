#include "host/pipeline/steps/decimal.h"

#include <algorithm>
#include <charconv>

namespace adyton::pipeline {
namespace {

constexpr std::int64_t largest_exponent = std::int64_t{1} << 62;

std::int64_t read_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == '+') text.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error == std::errc::result_out_of_range) {
    return text.front() == '-' ? -largest_exponent : largest_exponent;
  }
  return std::clamp(exponent, -largest_exponent, largest_exponent);
}

}  // namespace

Decimal::Decimal(std::string_view number) {
  if (number.front() == '-') {
    negative_ = true;
    number.remove_prefix(1);
  }
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::string_view exponent = number.substr(std::min(e + 1, number.size()));
  const std::string_view mantissa = number.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  digits_ = mantissa.substr(0, point);
  if (point < mantissa.size()) digits_ += mantissa.substr(point + 1);
  const std::size_t first = digits_.find_first_not_of('0');
  if (first == std::string::npos) {
    digits_.clear();
    negative_ = false;
    return;
  }
  digits_.erase(0, first);
  digits_.erase(digits_.find_last_not_of('0') + 1);
  exponent_ =
      read_exponent(exponent) + static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& d) { return d.digits_.empty() ? 0 : d.negative_ ? -1 : 1; };
  if (sign(a) != sign(b) || sign(a) == 0) return sign(a) <=> sign(b);
  // Digits without a 0 in front, so the larger exponent is the larger number, and text order is
  // number order.
  const auto magnitude =
      a.exponent_ != b.exponent_ ? a.exponent_ <=> b.exponent_ : a.digits_ <=> b.digits_;
  return a.negative_ ? 0 <=> magnitude : magnitude;
}

}  // namespace adyton::pipeline
