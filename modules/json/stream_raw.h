#pragma once

#include <string>
#include <string_view>

#include "modules/json/stream_output.h"

namespace adyton::json {

/// Writes the characters of strings whose text comes in parts, quotes and all, cut anywhere. Keeps
/// no more than the two escapes of a surrogate pair. The text is well formed.
class StreamRawString {
 public:
  void put(std::string_view part, StreamOutput& out);

  /// A surrogate without its other half was met, which UTF-8 cannot hold: nothing is written from
  /// there on.
  bool lone_surrogate() const { return lone_surrogate_; }

 private:
  void put_escape(StreamOutput& out);

  std::string escape_;  // an escape, or a high surrogate and what follows, as far as it came
  std::string characters_;
  bool lone_surrogate_ = false;
};

}  // namespace adyton::json
