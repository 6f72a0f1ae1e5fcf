#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "host/base/text.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// What stands before the ciphertexts of one key: 01 and the key id (4 bytes, big endian), or, for
/// a raw key, nothing.
class WirePrefix {
 public:
  WirePrefix(OutputPrefix prefix, std::uint32_t id)
      : bytes_{1, static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
               static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)},
        size_(prefix == OutputPrefix::tink ? bytes_.size() : 0) {}

  std::size_t size() const { return size_; }
  /// Returns the place behind the prefix.
  std::uint8_t* write(std::uint8_t* out) const {
    std::memcpy(out, bytes_.data(), size_);
    return out + size_;
  }
  bool matches(Bytes ciphertext) const {
    return ciphertext.size() >= size_ &&
           std::equal(bytes_.begin(), bytes_.begin() + size_, ciphertext.begin());
  }

 private:
  std::array<std::uint8_t, 5> bytes_;
  std::size_t size_;
};

}  // namespace adyton::crypto
