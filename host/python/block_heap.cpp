#include "host/python/block_heap.h"

#include <algorithm>
#include <memory>

#include <sys/mman.h>

namespace adyton::python {
namespace {

constexpr std::size_t cut_bytes = 2048;

template <class Node>
void push(Node*& first, Node* node) {
  node->previous = nullptr;
  node->next = first;
  if (first != nullptr) first->previous = node;
  first = node;
}

/// Behind the first one, if there is a first.
template <class Node>
void push_second(Node*& first, Node* node) {
  if (first == nullptr) return push(first, node);
  push(first->next, node);
  node->previous = first;
}

template <class Node>
void remove(Node*& first, Node* node) {
  (node->previous != nullptr ? node->previous->next : first) = node->next;
  if (node->next != nullptr) node->next->previous = node->previous;
}

}  // namespace

[[gnu::hot]] void* BlockHeap::from_unused(std::size_t size_class) {
  for (Pool* pool = pools_[size_class]; pool != nullptr; pool = pools_[size_class]) {
    if (pool->released == nullptr) cut_blocks(pool);
    if (pool->released != nullptr) return from_pool(pool);
    set_full(pool);
  }
  Pool* const pool = new_pool(size_class);
  if (pool == nullptr) return nullptr;
  cut_blocks(pool);
  return from_pool(pool);
}

// A few at a time: memory is touched when it is about to be used, and not before.
[[gnu::hot]] void BlockHeap::cut_blocks(Pool* pool) {
  const std::size_t size = class_sizes[pool->size_class];
  const std::size_t used_up = address(pool->unused) % pool_size / size;
  const std::size_t left = pool->unused == nullptr ? 0 : pool->capacity - used_up;
  const std::size_t count = std::min(left, std::max<std::size_t>(1, cut_bytes / size));
  if (count == 0) return;
  char* const end = pool->unused + count * size;
  for (char* block = end - size; block >= pool->unused; block -= size) {
    *reinterpret_cast<void**>(block) = pool->released;
    pool->released = block;
  }
  pool->unused = count < left ? end : nullptr;
}

void BlockHeap::set_full(Pool* pool) {
  remove(pools_[pool->size_class], pool);
  pool->full = true;
  pool->until_notice = 1;
}

// A full pool has a block again, or a listed one is empty. The first pool of a list stays the first
// until it is full: by then the others have taken back some blocks, and not just one. The last pool
// of a class stays when it is empty, so that a block that comes and goes does not make and end it
// each time.
void BlockHeap::notice(Pool* pool) {
  Pool*& first = pools_[pool->size_class];
  if (pool->full) {
    if (first != nullptr && first->until_notice == 0) end_pool(first);
    pool->full = false;
    pool->until_notice = pool->capacity - 1u;
    push_second(first, pool);
  } else if (first != pool || pool->next != nullptr) {
    end_pool(pool);
  }
}

// From the region with the fewest empty pools, so that the others may become empty and go.
BlockHeap::Pool* BlockHeap::new_pool(std::size_t size_class) {
  if (empty_counts_.empty() && !new_region()) return nullptr;
  Region* const region = by_empty_pools_[empty_counts_.least()];
  unlist(region);
  const std::size_t index = region->empty_pools.least();
  region->empty_pools.remove(index);
  --region->empty_count;
  list(region);
  Pool* const pool = &region->pools[index];
  *pool = {.unused = reinterpret_cast<char*>(region) + index * pool_size,
           .capacity = static_cast<std::uint16_t>(pool_size / class_sizes[size_class]),
           .size_class = static_cast<std::uint8_t>(size_class)};
  push(pools_[size_class], pool);
  return pool;
}

void BlockHeap::end_pool(Pool* pool) {
  remove(pools_[pool->size_class], pool);
  Region* const region = region_of(pool);
  unlist(region);
  region->empty_pools.add(static_cast<std::size_t>(pool - region->pools.data()));
  ++region->empty_count;
  list(region);
  if (empty_regions_ > spare_limit) end_region(region);
}

bool BlockHeap::new_region() {
  void* memory = kept_.take();
  if (memory == nullptr) memory = map_huge_memory(huge_page);
  if (memory == nullptr) return false;
  if (address(memory) / huge_page >= region_limit) {
    unmap_memory(memory, huge_page);
    return false;
  }
  Region* const region = std::construct_at(static_cast<Region*>(memory));
  for (std::size_t index = 1; index < pool_count; ++index) region->empty_pools.add(index);
  region->empty_count = all_empty;
  list(region);
  turn_owned(region);
  return true;
}

void BlockHeap::end_region(Region* region) {
  unlist(region);
  turn_owned(region);
  if (!kept_.keep(region)) return unmap_memory(region, huge_page);
  ::madvise(region, huge_page, MADV_FREE);
}

void BlockHeap::list(Region* region) {
  push(by_empty_pools_[region->empty_count], region);
  if (region->empty_count > 0) empty_counts_.add(region->empty_count);
  if (region->empty_count == all_empty) ++empty_regions_;
}

void BlockHeap::unlist(Region* region) {
  Region*& first = by_empty_pools_[region->empty_count];
  remove(first, region);
  if (first == nullptr) empty_counts_.remove(region->empty_count);
  if (region->empty_count == all_empty) --empty_regions_;
}

void BlockHeap::turn_owned(const Region* region) {
  const std::uintptr_t number = address(region) / huge_page;
  regions_[number / 64] ^= std::uint64_t{1} << number % 64;
}

BlockHeap::Usage BlockHeap::usage() const {
  Usage usage;
  usage.empty_regions = empty_regions_;
  for (const Region* region : by_empty_pools_) {
    for (; region != nullptr; region = region->next) count(*region, usage);
  }
  for (std::size_t n = 0; n < class_count; ++n) {
    usage.classes[n].block_size = class_sizes[n];
    usage.blocks += usage.classes[n].blocks;
  }
  return usage;
}

void BlockHeap::count(const Region& region, Usage& usage) {
  ++usage.regions;
  for (std::size_t index = 1; index < pool_count; ++index) {
    if (region.empty_pools.has(index)) continue;
    const Pool& pool = region.pools[index];
    usage.classes[pool.size_class].blocks += pool.full ? pool.capacity : pool.until_notice;
    ++usage.classes[pool.size_class].pools;
  }
}

}  // namespace adyton::python
