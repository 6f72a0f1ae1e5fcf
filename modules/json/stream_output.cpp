#include "modules/json/stream_output.h"

#include <algorithm>

namespace adyton::json {

void StreamOutput::put_blanks(std::size_t count) {
  while (count > 0) {
    if (size_ == block_size) flush();
    const std::size_t some = std::min(count, block_size - size_);
    std::memset(block_.get() + size_, ' ', some);
    size_ += some;
    count -= some;
  }
}

void StreamOutput::put_large(std::string_view text) {
  flush();
  if (text.size() >= block_size) return write(text);
  put(text);
}

void StreamOutput::flush_committed() {
  if (committed_ == 0) return;
  write({block_.get(), committed_});
  std::memmove(block_.get(), block_.get() + committed_, size_ - committed_);
  size_ -= committed_;
  committed_ = 0;
}

void StreamOutput::flush() {
  if (size_ > 0) write({block_.get(), size_});
  size_ = 0;
  committed_ = 0;
}

}  // namespace adyton::json
