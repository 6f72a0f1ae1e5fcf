#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "host/python/huge_memory.h"
#include "host/python/kept_pieces.h"

namespace adyton::python {

/// A set of the numbers 0 to 127.
class Numbers {
 public:
  void add(std::size_t number) { words_[number / 64] |= bit(number); }
  void remove(std::size_t number) { words_[number / 64] &= ~bit(number); }
  bool has(std::size_t number) const { return (words_[number / 64] & bit(number)) != 0; }
  bool empty() const { return words_[0] == 0 && words_[1] == 0; }

  /// The least of a set that is not empty.
  std::size_t least() const {
    const int low = std::countr_zero(words_[0]);
    return static_cast<std::size_t>(low < 64 ? low : 64 + std::countr_zero(words_[1]));
  }

 private:
  static std::uint64_t bit(std::size_t number) { return std::uint64_t{1} << number % 64; }

  std::array<std::uint64_t, 2> words_{};
};

/// Memory blocks of up to 4096 bytes for Python's objects, at multiples of 16.
///
/// Memory comes from the system in regions, each a huge page. A region is cut into pools, a pool
/// into blocks of one size class. Whose a block is, and which pool it lies in, is found from its
/// address: one bit for each region there could be, and the pools' records at the region's begin,
/// away from the blocks. A pool hands out first what it took back last. An empty pool serves any
/// size class. Empty regions beyond `spare_limit` are kept for the next batch, but the system may
/// take their memory as soon as it has need of it (MADV_FREE); beyond `kept_limit` of those they go
/// back to it.
///
/// One thread at a time: Python's GIL. Never throws, and takes no lock that a fork could leave
/// held. It has no end of its own: its owner keeps it as long as anything may hold a block of it.
class BlockHeap {
 public:
  static constexpr std::size_t small = 512;
  static constexpr std::size_t largest = 4096;
  static constexpr std::size_t class_count = 43;
  static constexpr std::size_t spare_limit = 4;
  static constexpr std::size_t kept_limit = 64;

  /// `size` bytes, 1 to `largest`, not zeroed. Null where the system has no memory.
  void* allocate(std::size_t size) {
    const std::size_t size_class = class_of_size[(size - 1) / grain];
    Pool* const pool = pools_[size_class];
    return is_ready(pool) ? from_pool(pool) : from_unused(size_class);
  }

  /// For `size` up to `small`, a block that can be had at once, else null: the shortest way, to be
  /// tried before `allocate`.
  void* allocate_at_once(std::size_t size) {
    Pool* const pool = pools_[(size - 1) / grain];
    return is_ready(pool) ? from_pool(pool) : nullptr;
  }

  /// Whether it is a block of this heap: true for what `allocate` gave and nobody released, false
  /// for any other object's address and for null.
  bool owns(const void* block) const {
    const std::uintptr_t region = address(block) / huge_page;
    return region < region_limit && (regions_[region / 64] >> region % 64 & 1) != 0;
  }

  /// The bytes that fit into a block of this heap.
  static std::size_t size_of(const void* block) { return class_sizes[pool_of(block)->size_class]; }

  /// Takes a block of this heap back.
  void release(void* block) {
    Pool* const pool = pool_of(block);
    *static_cast<void**>(block) = pool->released;
    pool->released = block;
    if (--pool->until_notice == 0) [[unlikely]]
      notice(pool);
  }

  /// What is in use, counted at every call, which looks at every pool.
  struct Usage {
    struct Class {
      std::size_t block_size = 0;
      std::size_t blocks = 0;
      std::size_t pools = 0;
    };
    std::array<Class, class_count> classes{};
    std::size_t blocks = 0;
    std::size_t regions = 0;
    std::size_t empty_regions = 0;
  };
  Usage usage() const;

 private:
  static constexpr std::size_t grain = 16;
  static constexpr std::size_t pool_size = std::size_t{16} << 10;
  static constexpr std::size_t pool_count = huge_page / pool_size;
  // User space, unless a program asks for higher addresses.
#ifdef __x86_64__
  static constexpr int address_bits = 47;
#else
  static constexpr int address_bits = 48;
#endif
  static constexpr std::size_t region_limit = (std::size_t{1} << address_bits) / huge_page;

  /// Every 16 bytes up to `small`; beyond, what fits a pool 28 to 4 times.
  static constexpr auto class_sizes = [] {
    constexpr std::array<std::uint16_t, 11> medium{576,  640,  768,  896,  1024, 1168,
                                                   1360, 1632, 2048, 2720, 4096};
    std::array<std::uint16_t, class_count> sizes{};
    std::size_t n = 0;
    for (; n < small / grain; ++n) sizes[n] = static_cast<std::uint16_t>((n + 1) * grain);
    for (const std::uint16_t size : medium) sizes[n++] = size;
    return sizes;
  }();
  static_assert(class_sizes.back() == largest);

  /// The least class that holds a size, by (size - 1) / grain.
  static constexpr auto class_of_size = [] {
    std::array<std::uint8_t, largest / grain> classes{};
    for (std::size_t n = 0; n < classes.size(); ++n) {
      while (class_sizes[classes[n]] < (n + 1) * grain) ++classes[n];
    }
    return classes;
  }();

  /// Blocks of one size class. It is in the list of its class until an allocation finds it full,
  /// and again from its next release on.
  struct alignas(64) Pool {
    void* released = nullptr;  // a list through the blocks themselves
    char* unused = nullptr;    // from here on no block was ever handed out or put on that list
    // Releases until the pool's place in the lists changes: in a listed pool all that are in use,
    // in a full one a single one.
    std::uint32_t until_notice = 0;
    std::uint16_t capacity = 0;
    std::uint8_t size_class = 0;
    bool full = false;
    Pool* next = nullptr;
    Pool* previous = nullptr;
  };

  /// The begin of a region; it takes the place of the region's first pool. It is in the list of the
  /// regions with as many empty pools.
  struct Region {
    std::array<Pool, pool_count> pools{};
    Numbers empty_pools;
    std::size_t empty_count = 0;
    Region* next = nullptr;
    Region* previous = nullptr;
  };
  static_assert(sizeof(Region) <= pool_size);
  static constexpr std::size_t all_empty = pool_count - 1;

  static std::uintptr_t address(const void* memory) {
    return reinterpret_cast<std::uintptr_t>(memory);
  }
  static Region* region_of(const void* memory) {
    return reinterpret_cast<Region*>(address(memory) & ~(huge_page - 1));
  }
  static Pool* pool_of(const void* block) {
    return &region_of(block)->pools[address(block) / pool_size % pool_count];
  }

  static bool is_ready(const Pool* pool) {
    return pool != nullptr && pool->released != nullptr;
  }

  static void* from_pool(Pool* pool) {
    void* const block = pool->released;
    pool->released = *static_cast<void**>(block);
    ++pool->until_notice;
    return block;
  }

  void* from_unused(std::size_t size_class);
  static void cut_blocks(Pool* pool);
  void set_full(Pool* pool);
  void notice(Pool* pool);
  Pool* new_pool(std::size_t size_class);
  void end_pool(Pool* pool);
  bool new_region();
  void end_region(Region* region);
  void list(Region* region);
  void unlist(Region* region);
  void turn_owned(const Region* region);
  static void count(const Region& region, Usage& usage);

  std::array<Pool*, class_count> pools_{};
  std::array<Region*, pool_count> by_empty_pools_{};
  Numbers empty_counts_;  // the lists of regions that are not empty, but for that of full regions
  std::size_t empty_regions_ = 0;
  KeptPieces kept_{kept_limit};  // no regions any more
  std::array<std::uint64_t, region_limit / 64> regions_{};
};

}  // namespace adyton::python
