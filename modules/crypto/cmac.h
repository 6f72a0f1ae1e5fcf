#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "host/base/text.h"

namespace adyton::crypto {

/// AES-CMAC (RFC 4493, NIST SP 800-38B), incremental, under one key. One thread at a time.
class AesCmac {
 public:
  static constexpr std::size_t tag_size = 16;

  /// `key` has 16, 24 or 32 bytes.
  explicit AesCmac(Bytes key);
  AesCmac(AesCmac&&) noexcept;
  AesCmac& operator=(AesCmac&&) noexcept;
  ~AesCmac();

  void update(Bytes data);
  /// Writes the tag and is ready for the next message.
  void finish(std::span<std::uint8_t, tag_size> tag);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace adyton::crypto
