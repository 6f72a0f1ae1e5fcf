#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "host/base/text.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/digest_engine.h"

namespace adyton::crypto {

/// One hash function for many short messages, by the process's provider (provider.h): none of them
/// allocates, and many together cost less than one after the other. One thread at a time.
class Hasher {
 public:
  explicit Hasher(Hash hash);

  /// Writes digest_size(hash) bytes at `out`.
  void hash(Bytes message, std::uint8_t* out);
  /// The same for each message.
  void hash_many(std::span<const Tagging> messages);

 private:
  std::unique_ptr<DigestEngine> engine_;
};

}  // namespace adyton::crypto
