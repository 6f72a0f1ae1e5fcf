#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "host/base/text.h"
#include "modules/crypto/digest.h"

namespace adyton::crypto {

/// One hash function for many short messages: none of them allocates. One thread at a time.
class Hasher {
 public:
  explicit Hasher(Hash hash);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  /// Writes digest_size(hash) bytes at `out`.
  void hash(Bytes message, std::uint8_t* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace adyton::crypto
