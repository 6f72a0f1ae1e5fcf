#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/base/text.h"

namespace adyton::crypto {

/// A 12-byte IV that counts up as one big-endian number, modulo 2^96.
class IvCounter {
 public:
  static constexpr std::size_t size = 12;

  IvCounter() = default;
  /// Starts from the `size` bytes at `iv`.
  explicit IvCounter(const std::uint8_t* iv);

  /// Counts, and writes the `size` bytes at `out`.
  void next(std::uint8_t* out);

 private:
  std::uint32_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// The nonces of one batch, all different: a random one is drawn (random.h), whose last
/// IvCounter::size bytes count up. What stands before them, X-AES-GCM's salt, they share. Lives no
/// longer than the batch, so that no forked child has it.
class NonceSource {
 public:
  static constexpr std::size_t longest_nonce = 24;

  /// `nonce_size`: IvCounter::size to longest_nonce. `messages`: how many will be asked for.
  NonceSource(std::size_t nonce_size, std::size_t messages);

  /// Valid until the source is next used.
  Bytes next() {
    if (at_ == made_) make_some();
    return {nonces_[at_++].data(), nonce_size_};
  }

 private:
  // Made ahead of their use: whoever reads a nonce that was stored byte by byte an instant ago
  // waits for those stores, which is a third of a short message's time.
  static constexpr std::size_t most_ahead = 32;
  void make_some();

  std::size_t nonce_size_;
  std::size_t remaining_;
  IvCounter counter_;
  std::size_t at_ = 0;
  std::size_t made_ = 0;
  std::array<std::uint8_t, longest_nonce> first_;
  std::array<std::array<std::uint8_t, longest_nonce>, most_ahead> nonces_;
};

}  // namespace adyton::crypto
