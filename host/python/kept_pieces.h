#pragma once

#include <array>
#include <cstddef>

namespace adyton::python {

/// Pieces of memory of one size that were given back and may be used again, the last one on top:
/// up to a limit, which is 64 at most.
class KeptPieces {
 public:
  explicit constexpr KeptPieces(std::size_t limit) : limit_(limit) {}

  /// Null if there is none.
  void* take() { return count_ == 0 ? nullptr : pieces_[--count_]; }
  /// False if there is no room for it.
  bool keep(void* piece) {
    if (count_ == limit_) return false;
    pieces_[count_++] = piece;
    return true;
  }

 private:
  std::size_t limit_;
  std::array<void*, 64> pieces_{};
  std::size_t count_ = 0;
};

}  // namespace adyton::python
