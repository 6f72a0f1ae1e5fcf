#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "modules/json/scan.h"

/// A text with the readable bytes behind it that the scanner wants; they are poisoned with what
/// would go on well, so that a scanner that runs over the end is found out.
class Padded {
 public:
  explicit Padded(std::string_view text) : size_(text.size()), bytes_(text) {
    static constexpr char more[] = "1\"}],:e+";
    for (std::size_t i = 0; i < adyton::json::scan_padding; ++i) bytes_ += more[i % 8];
  }
  std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  std::size_t size_;
  std::string bytes_;
};

/// White space that makes of any text a long one: such texts are read in another way.
inline std::string lengthened(std::string_view text) {
  return std::string(300, ' ') + std::string(text);
}

/// What validate() says of the text; of a long one, too, it must say the same.
inline adyton::json::Fault validated(std::string_view text) {
  const auto fault = adyton::json::validate(Padded(text).view());
  const auto other = adyton::json::validate(Padded(lengthened(text)).view());
  REQUIRE(static_cast<bool>(fault) == static_cast<bool>(other));
  if (fault) {
    CHECK(other.offset == fault.offset + 300);
    CHECK(std::string_view(other.message) == fault.message);
  }
  return fault;
}
