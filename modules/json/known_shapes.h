#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "modules/json/findings.h"
#include "modules/json/skeleton.h"

namespace adyton::json::detail {

/// What was found in texts, by their shape: a text with the same skeleton and the same keys in the
/// objects that fields lead into is as valid as the one that was read, but for its scalars, and
/// what is to be found in it lies at the same parts. So a record of a known shape need not be read.
/// Where texts are of ever new shapes, they are given up for a while; they are forgotten before
/// they take more than a mebibyte.
class KnownShapes {
 public:
  KnownShapes();
  ~KnownShapes();
  KnownShapes(const KnownShapes&) = delete;
  KnownShapes& operator=(const KnownShapes&) = delete;

  /// Whether known() may be asked about the next text, which has this size: not while shapes are
  /// given up. To be asked of every text.
  bool usable(std::size_t text_size) {
    learning_ = false;
    if (!available_ || !Skeleton::usable(text_size)) return false;
    if (resting_ == 0) [[likely]]
      return true;
    --resting_;
    return false;
  }

  /// True if the text is JSON of a known shape, in UTF-8: what is found in it is added to `out`.
  /// Else nothing is known of it. Precondition: as for Skeleton::read().
  bool known(std::string_view text, Select select, Findings& out);

  /// Whether learn() may be called for this text, after known().
  bool learning() const { return learning_; }

  /// What was found in that text, which is JSON in UTF-8. `keys` tells where the keys of the
  /// objects that fields lead into begin.
  void learn(std::string_view text, Select select, const Findings& found,
             std::span<const std::uint32_t> keys);

 private:
  struct Shape;

  static constexpr std::size_t most = 256;  // a power of two
  static constexpr std::size_t most_bytes = std::size_t{1} << 20;
  // Each text that is known brings some patience; one that is not, and a shape that is learnt, take
  // some away.
  static constexpr int patience_per_known = 3;
  static constexpr int patience_per_shape = 4;
  static constexpr int most_patience = 512;
  static constexpr int texts_to_rest = 2000;

  bool known_as(Shape& shape, std::string_view text, Select select, Findings& out) const;
  std::uint32_t hash_of_parts() const;
  void lose_patience(int much);
  void keep(std::unique_ptr<Shape> shape);

  const bool available_ = Skeleton::available();
  Skeleton skeleton_;
  std::uint32_t hash_ = 0;  // of the skeleton
  bool learning_ = false;
  int patience_ = most_patience;
  int resting_ = 0;                                  // texts to go
  std::array<Shape*, most> usual_{};                 // by size: the shape met last
  std::array<std::unique_ptr<Shape>, most> shapes_;  // at their hash, or beside it
  std::size_t bytes_ = 0;                            // that they take
  std::array<std::uint32_t, most> met_{};            // hashes of skeletons
};

}  // namespace adyton::json::detail
