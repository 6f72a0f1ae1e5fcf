#pragma once

#include <string_view>

#include "host/base/result.h"

namespace adyton::pipeline {

/// Where the bytes of an output go: its file, or what changes them on their way there. One thread
/// at a time; may block.
class ByteWriter {
 public:
  virtual ~ByteWriter() = default;

  /// All of them, or the reason why not. After a failure nothing more may be called.
  virtual Status write(std::string_view bytes) = 0;
};

}  // namespace adyton::pipeline
