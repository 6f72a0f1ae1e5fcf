#pragma once

#include <memory>
#include <string_view>

#include "host/base/result.h"

namespace re2 {
class RE2;
}

namespace adyton::pipeline {

/// A regular expression. RE2 is behind it: its time is linear in the text whatever the expression,
/// so that no record, and no job, can make a run hang, and its memory is bounded (8 MiB). What such
/// an engine cannot do (back references, look-around) it refuses. Immutable: any number of threads.
class Pattern {
 public:
  /// ErrorCode::config with what is wrong with `expression` (RE2 syntax, UTF-8).
  static Result<Pattern> compile(std::string_view expression);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// True if some part of `text` matches.
  bool is_in(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> engine);

  std::unique_ptr<re2::RE2> engine_;
};

}  // namespace adyton::pipeline
