#include "host/python/large_blocks.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <sys/mman.h>

namespace adyton::python {
namespace {

/// 0 where there is no such multiple.
std::size_t whole_pages(std::size_t size) {
  return (size + huge_page - 1) & ~(huge_page - 1);
}

/// What lies at `from` lies at `to` afterwards, in place of what lay there, and nothing at `from`.
void move_pages(char* from, std::size_t size, char* to) {
  if (::mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED) return;
  std::memcpy(to, from, size);
  unmap_memory(from, size);
}

/// Whether a block is not much larger than what it is to hold.
bool fits(std::size_t block, std::size_t size) {
  return size <= block && block - size <= std::max(block / 8, huge_page);
}

}  // namespace

// Any other object begins elsewhere, but for one in some hundred thousands.
std::optional<std::size_t> LargeBlocks::find(const void* memory) const {
  if (memory == nullptr || reinterpret_cast<std::uintptr_t>(memory) % huge_page != 0) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < count_; ++i) {
    if (blocks_[i].memory == memory) return i;
  }
  return std::nullopt;
}

void* LargeBlocks::add(Block block) {
  blocks_[count_++] = block;
  return block.memory;
}

void* LargeBlocks::allocate(std::size_t size) {
  if (count_ == count_limit) return nullptr;
  auto block = take(size);
  if (!block) block = map(size);
  return block ? add(*block) : nullptr;
}

void* LargeBlocks::allocate_zeroed(std::size_t size) {
  if (count_ == count_limit) return nullptr;
  if (const auto block = take(size)) return std::memset(add(*block), 0, size);
  const auto block = map(size);
  return block ? add(*block) : nullptr;
}

/// The last freed one that fits.
std::optional<LargeBlocks::Block> LargeBlocks::take(std::size_t size) {
  for (std::size_t i = kept_count_; i-- > 0;) {
    if (fits(kept_[i].size, size)) return take_kept(i);
  }
  return std::nullopt;
}

LargeBlocks::Block LargeBlocks::take_kept(std::size_t i) {
  const Block block = kept_[i];
  std::copy(kept_.begin() + i + 1, kept_.begin() + kept_count_, kept_.begin() + i);
  --kept_count_;
  kept_bytes_ -= block.size;
  return block;
}

/// From the system; where it has no more, what is kept goes back to it first.
std::optional<LargeBlocks::Block> LargeBlocks::map(std::size_t size) {
  const std::size_t whole = whole_pages(size);
  if (whole == 0) return std::nullopt;
  for (;;) {
    char* const memory = static_cast<char*>(map_huge_memory(whole));
    if (memory != nullptr) return Block{memory, whole};
    if (kept_count_ == 0) return std::nullopt;
    drop_oldest();
  }
}

void LargeBlocks::release(void* memory) {
  const std::size_t i = *find(memory);
  keep(blocks_[i]);
  blocks_[i] = blocks_[--count_];
}

void LargeBlocks::keep(Block block) {
  if (block.size > kept_limit) return unmap_memory(block.memory, block.size);
  while (kept_count_ == kept_.size() || kept_bytes_ + block.size > kept_limit) drop_oldest();
  ::madvise(block.memory, block.size, MADV_FREE);
  kept_[kept_count_++] = block;
  kept_bytes_ += block.size;
}

void LargeBlocks::drop_oldest() {
  const Block block = take_kept(0);
  unmap_memory(block.memory, block.size);
}

void* LargeBlocks::resize(void* memory, std::size_t size) {
  Block& block = blocks_[*find(memory)];
  if (fits(block.size, size)) return memory;
  if (size > block.size) {
    const auto larger = map(size);
    if (!larger) return nullptr;
    move_pages(block.memory, block.size, larger->memory);
    block = *larger;
  } else {
    const std::size_t whole = whole_pages(size);
    unmap_memory(block.memory + whole, block.size - whole);
    block.size = whole;
  }
  return block.memory;
}

}  // namespace adyton::python
