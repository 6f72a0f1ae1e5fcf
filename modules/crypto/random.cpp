#include "modules/crypto/random.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/random.h>

#include "modules/crypto/secret.h"

namespace adyton::crypto {

void fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t n = ::getrandom(out.data(), out.size(), 0);
    if (n > 0) {
      out = out.subspan(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::system_category(), "getrandom");
    }
  }
}

RandomBatch::~RandomBatch() {
  wipe(block_, end_);
}

void RandomBatch::fill(std::span<std::uint8_t> out) {
  if (end_ - begin_ < out.size()) refill(out.size());
  std::memcpy(out.data(), block_ + begin_, out.size());
  begin_ += out.size();
}

void RandomBatch::refill(std::size_t least) {
  begin_ = 0;
  end_ = std::clamp(remaining_, least, sizeof block_);
  fill_random({block_, end_});
  remaining_ -= std::min(remaining_, end_);
}

}  // namespace adyton::crypto
