#include "modules/crypto/age/bytes.h"

#include <algorithm>
#include <cstring>

namespace adyton::crypto::age {

Source source_of(std::string_view text) {
  return [text](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t n = std::min(text.size(), buffer.size());
    if (n != 0) std::memcpy(buffer.data(), text.data(), n);
    text.remove_prefix(n);
    return n;
  };
}

Result<std::size_t> read_full(const Source& source, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    ADYTON_TRY(const std::size_t n, source(buffer.subspan(filled)));
    if (n == 0) break;
    filled += n;
  }
  return filled;
}

void on_this_thread(std::size_t count, const std::function<void(std::size_t)>& body) {
  for (std::size_t i = 0; i < count; ++i) body(i);
}

}  // namespace adyton::crypto::age
