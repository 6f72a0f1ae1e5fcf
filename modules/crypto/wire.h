#pragma once

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
    if (size_ == 0) return out;
    std::memcpy(out, bytes_.data(), bytes_.size());
    return out + bytes_.size();
  }
  bool matches(Bytes ciphertext) const {
    if (size_ == 0) return true;
    return ciphertext.size() >= size_ &&
           std::memcmp(bytes_.data(), ciphertext.data(), bytes_.size()) == 0;
  }

 private:
  std::array<std::uint8_t, 5> bytes_;
  std::size_t size_;
};

}  // namespace adyton::crypto
