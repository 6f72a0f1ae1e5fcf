#pragma once

#include <string>
#include <string_view>

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
