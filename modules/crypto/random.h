#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace adyton::crypto {

/// Fills `out` from the kernel's generator (getrandom(2)), which needs no seeding and which a
/// forked child shares with nobody. Blocks only before the machine's entropy pool is first
/// initialised. std::system_error if the kernel has no getrandom. Any thread.
void fill_random(std::span<std::uint8_t> out);

/// Nonces for one batch: random bytes drawn in blocks, since a system call costs more than the
/// cipher. Lives no longer than the call that made it, so that no drawn byte is ever on both sides
/// of a fork.
class RandomBatch {
 public:
  /// `total`: how many bytes the batch will ask for; no more than that are drawn.
  explicit RandomBatch(std::size_t total) : remaining_(total) {}
  ~RandomBatch();
  RandomBatch(const RandomBatch&) = delete;
  RandomBatch& operator=(const RandomBatch&) = delete;

  /// `out` at most 64 bytes.
  void fill(std::span<std::uint8_t> out);

 private:
  void refill(std::size_t least);

  std::size_t remaining_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint8_t block_[3072];
};

}  // namespace adyton::crypto
