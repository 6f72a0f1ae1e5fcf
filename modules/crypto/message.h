#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/base/text.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

/// One message to seal. `out` has room for ciphertext_size(plaintext.size()) and may not overlap
/// the plaintext.
struct Sealing {
  Bytes plaintext;
  Bytes associated_data;
  std::uint8_t* out;
};

/// One message to open. `out` has room for ciphertext.size(), or less where overhead() is a number,
/// and may not overlap it. On success
/// `ok` is true and `size` the plaintext's length; else `ok` is false, `size` 0 and `out` wiped.
struct Opening {
  Bytes ciphertext;
  Bytes associated_data;
  std::uint8_t* out;
  std::size_t size = 0;
  bool ok = false;
};

/// Messages have been opened: of one that was, the plaintext is there for all to see. One that was
/// refused, and those that may be wiped with another one, leave nothing on the stack.
inline void wipe_frames_after(std::span<const Opening> messages) {
  if (messages.size() != 1 || !messages.front().ok) wipe_frames();
}

}  // namespace adyton::crypto
