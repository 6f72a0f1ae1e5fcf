#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace adyton {

/// The newlines of a text, one after the other. Looks for those of some thousand bytes at once:
/// where lines are short that is much faster than one search a line.
class LineEnds {
 public:
  /// So many bytes are searched at a time.
  static constexpr std::size_t window = 4096;

  /// `text` must outlive this.
  explicit LineEnds(std::string_view text) : text_(text) {}

  /// The offset of the next newline; the text's size if there is none.
  std::size_t next() {
    while (passed_ == count_) {
      if (searched_ == text_.size()) return searched_;
      search();
    }
    return base_ + offsets_[passed_++];
  }

 private:
  void search();

  std::string_view text_;
  std::size_t searched_ = 0;  // up to here
  std::size_t base_ = 0;      // what offsets_ are from
  std::size_t passed_ = 0;
  std::size_t count_ = 0;
  std::array<std::uint16_t, window + 1> offsets_;  // one more may be written
};

}  // namespace adyton
