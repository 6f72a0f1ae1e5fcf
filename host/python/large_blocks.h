#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "host/python/huge_memory.h"

namespace adyton::python {

/// Memory for Python's large objects: the columns, lists and documents that a batch makes anew,
/// each as large as the last one. malloc gives such memory back to the system as soon as it is
/// freed, and the next batch pays for every page again, which can take longer than the batch's own
/// work. Here they begin at a huge page, and some freed ones are kept for the next use; the system
/// may take their pages while they are not in use, as soon as it has need of them (MADV_FREE).
///
/// One thread at a time: Python's GIL. Never throws, and takes no lock that a fork could leave
/// held.
class LargeBlocks {
 public:
  static constexpr std::size_t least = std::size_t{8} << 20;
  /// Beyond so many in use, and beyond so many bytes that are kept, there is malloc, and the
  /// system.
  static constexpr std::size_t count_limit = 512;
  static constexpr std::size_t kept_limit = std::size_t{256} << 20;

  /// `size` bytes, `least` or more, not zeroed. Null where there is no memory, and where too many
  /// are in use.
  void* allocate(std::size_t size);
  void* allocate_zeroed(std::size_t size);

  /// Whether it is what `allocate` gave and nobody released: false for any other address.
  bool owns(const void* memory) const { return find(memory).has_value(); }

  /// Takes back what it owns.
  void release(void* memory);

  /// Makes what it owns `size` bytes large, `least` or more, here or elsewhere; null, and all as it
  /// was, where there is no memory. Less of it never fails.
  void* resize(void* memory, std::size_t size);

  /// How many are in use.
  std::size_t count() const { return count_; }

 private:
  struct Block {
    char* memory;
    std::size_t size;  // a multiple of huge_page
  };

  std::optional<std::size_t> find(const void* memory) const;
  void* add(Block block);
  std::optional<Block> take(std::size_t size);
  Block take_kept(std::size_t i);
  std::optional<Block> map(std::size_t size);
  void keep(Block block);
  void drop_oldest();

  std::array<Block, count_limit> blocks_{};
  std::size_t count_ = 0;
  std::array<Block, 8> kept_{};  // the last freed one is the last
  std::size_t kept_count_ = 0;
  std::size_t kept_bytes_ = 0;
};

}  // namespace adyton::python
