#include "host/python/block_heap.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace adyton::python {
namespace {

struct Block {
  unsigned char* memory;
  std::size_t size;
  unsigned char mark;
};

std::unique_ptr<BlockHeap> new_heap() {
  return std::make_unique<BlockHeap>();
}

Block marked(BlockHeap& heap, std::size_t size, unsigned char mark) {
  auto* const memory = static_cast<unsigned char*>(heap.allocate(size));
  REQUIRE(memory != nullptr);
  std::memset(memory, mark, size);
  return {memory, size, mark};
}

bool is_intact(const Block& block) {
  return std::all_of(block.memory, block.memory + block.size,
                     [&](unsigned char byte) { return byte == block.mark; });
}

std::vector<void*> blocks_of(BlockHeap& heap, std::size_t size, std::size_t bytes) {
  std::vector<void*> blocks(bytes / size);
  for (void*& block : blocks) {
    block = heap.allocate(size);
    REQUIRE(block != nullptr);
  }
  return blocks;
}

void release(BlockHeap& heap, const std::vector<void*>& blocks) {
  for (void* block : blocks) heap.release(block);
}

rlim_t address_space_in_use() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

// 0 if a heap with 32 MiB of address space left says when they are used up, and can use them again.
int use_up_the_memory() {
  BlockHeap& heap = *new_heap().release();
  std::vector<void*> blocks;
  blocks.reserve(std::size_t{1} << 20);
  const rlimit limit{address_space_in_use() + (rlim_t{32} << 20), RLIM_INFINITY};
  if (setrlimit(RLIMIT_AS, &limit) != 0) return 2;
  while (blocks.size() < blocks.capacity()) {
    void* const block = heap.allocate(64);
    if (block == nullptr) break;
    blocks.push_back(block);
  }
  const std::size_t count = blocks.size();
  if (count == blocks.capacity() || count < (std::size_t{16} << 20) / 64) return 1;
  release(heap, blocks);
  for (std::size_t n = 0; n < count; ++n) {
    if (heap.allocate(64) == nullptr) return 1;
  }
  return 0;
}

}  // namespace

TEST_CASE("blocks of every size lie at multiples of 16 and keep what is written to them") {
  const auto heap = new_heap();
  std::vector<Block> blocks;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t size = 1; size <= BlockHeap::largest; size += 1 + size / 100) {
      blocks.push_back(marked(*heap, size, static_cast<unsigned char>(blocks.size())));
    }
  }
  for (const Block& block : blocks) {
    CHECK(reinterpret_cast<std::uintptr_t>(block.memory) % 16 == 0);
    CHECK(BlockHeap::size_of(block.memory) >= block.size);
    CHECK(heap->owns(block.memory));
    CHECK(is_intact(block));
  }
}

TEST_CASE(
    "a block wastes less than 16 bytes, and a larger one little more than a third of itself") {
  const auto heap = new_heap();
  for (std::size_t size = 1; size <= BlockHeap::largest; ++size) {
    const std::size_t wasted = BlockHeap::size_of(heap->allocate(size)) - size;
    CHECK(wasted <= (size <= BlockHeap::small ? 15 : (size + wasted) * 34 / 100));
  }
}

TEST_CASE("what can be had at once are blocks of the same sizes, until there is none") {
  const auto heap = new_heap();
  for (std::size_t size = 1; size <= BlockHeap::small; ++size) {
    const std::size_t room = BlockHeap::size_of(heap->allocate(size));
    int count = 0;
    while (void* const block = heap->allocate_at_once(size)) {
      CHECK(BlockHeap::size_of(block) == room);
      REQUIRE(++count < 2000);
    }
    void* const block = heap->allocate(size);
    heap->release(block);
    CHECK(heap->allocate_at_once(size) == block);
  }
}

TEST_CASE("what a heap did not give is not its own") {
  const auto heap = new_heap();
  const auto other = new_heap();
  void* const own = heap->allocate(16);
  const std::unique_ptr<void, decltype(&std::free)> foreign(std::malloc(16), &std::free);
  CHECK(heap->owns(own));
  CHECK_FALSE(other->owns(own));
  CHECK_FALSE(heap->owns(foreign.get()));
  CHECK_FALSE(heap->owns(&own));
  CHECK_FALSE(heap->owns(nullptr));
  CHECK_FALSE(heap->owns(reinterpret_cast<void*>(~std::uintptr_t{0} - 15)));
}

TEST_CASE("the block released last is handed out next") {
  const auto heap = new_heap();
  const std::vector<void*> blocks = blocks_of(*heap, 48, 4800);
  heap->release(blocks[30]);
  heap->release(blocks[70]);
  CHECK(heap->allocate(48) == blocks[70]);
  CHECK(heap->allocate(48) == blocks[30]);
}

TEST_CASE("usage counts what is in use, by size") {
  const auto heap = new_heap();
  CHECK(heap->usage().blocks == 0);
  CHECK(heap->usage().regions == 0);
  const std::vector<void*> small = blocks_of(*heap, 32, 100'000);
  const std::vector<void*> large = blocks_of(*heap, 4000, 100'000);
  const BlockHeap::Usage usage = heap->usage();
  CHECK(usage.blocks == small.size() + large.size());
  CHECK(usage.classes[1].block_size == 32);
  CHECK(usage.classes[1].blocks == small.size());
  CHECK(usage.classes[1].pools == 100'000 / (16 << 10) + 1);
  CHECK(usage.classes.back().blocks == large.size());
  CHECK(usage.regions == 1);
  release(*heap, small);
  CHECK(heap->usage().blocks == large.size());
}

TEST_CASE("memory that nothing is in goes back to the system, but for a few regions") {
  const auto heap = new_heap();
  std::vector<void*> blocks = blocks_of(*heap, 64, std::size_t{64} << 20);
  CHECK(heap->usage().regions >= 32);
  SUBCASE("released in order") {}
  SUBCASE("released backwards") {
    std::reverse(blocks.begin(), blocks.end());
  }
  SUBCASE("released in any order") {
    std::shuffle(blocks.begin(), blocks.end(), std::mt19937_64(7));
  }
  release(*heap, blocks);
  CHECK(heap->usage().blocks == 0);
  // One more for the pool that a size keeps.
  CHECK(heap->usage().regions <= BlockHeap::spare_limit + 1);
  CHECK(std::count_if(blocks.begin(), blocks.end(), [&](void* block) {
          return heap->owns(block);
        }) <= static_cast<std::ptrdiff_t>((BlockHeap::spare_limit + 1) * huge_page / 64));
}

TEST_CASE("regions that went are used again, with nothing in them") {
  const auto heap = new_heap();
  std::vector<void*> blocks = blocks_of(*heap, 64, std::size_t{40} << 20);
  release(*heap, blocks);
  // Another size, so that the regions are cut anew.
  const std::vector<void*> again = blocks_of(*heap, 512, std::size_t{40} << 20);
  CHECK(heap->usage().blocks == again.size());
  CHECK(std::set<void*>(again.begin(), again.end()).size() == again.size());
  const auto page_of = [](const void* block) {
    return reinterpret_cast<std::uintptr_t>(block) / huge_page;
  };
  std::set<std::uintptr_t> before;
  for (const void* block : blocks) before.insert(page_of(block));
  CHECK(std::all_of(again.begin(), again.end(),
                    [&](const void* block) { return before.count(page_of(block)) > 0; }));
}

TEST_CASE("of the regions that went only some are kept") {
  const auto heap = new_heap();
  std::vector<void*> blocks = blocks_of(*heap, 4096, std::size_t{200} << 20);
  release(*heap, blocks);
  std::set<std::uintptr_t> mapped;
  for (const void* block : blocks) {
    const std::uintptr_t page = reinterpret_cast<std::uintptr_t>(block) / huge_page;
    unsigned char resident = 0;
    if (mincore(reinterpret_cast<void*>(page * huge_page), 4096, &resident) == 0) {
      mapped.insert(page);
    }
  }
  CHECK(mapped.size() >= BlockHeap::kept_limit);
  CHECK(mapped.size() <= BlockHeap::kept_limit + BlockHeap::spare_limit + 1);
}

TEST_CASE("the memory of one size serves another when it is free") {
  const auto heap = new_heap();
  release(*heap, blocks_of(*heap, 32, std::size_t{8} << 20));
  const std::size_t regions = heap->usage().regions;
  blocks_of(*heap, 512, std::size_t{7} << 20);
  CHECK(heap->usage().regions == regions);
}

TEST_CASE("a block that comes and goes alone does not wander") {
  const auto heap = new_heap();
  void* const first = heap->allocate(1100);
  heap->release(first);
  for (int n = 0; n < 100; ++n) {
    void* const block = heap->allocate(1100);
    CHECK(block == first);
    heap->release(block);
  }
}

TEST_CASE("blocks that come and go in any order stay whole and are all counted") {
  const auto heap = new_heap();
  std::mt19937_64 random(11);
  std::vector<Block> blocks;
  for (int step = 0; step < 300'000; ++step) {
    // Waves, so that pools and regions fill and empty again.
    const bool grow = random() % 100 < (step / 30'000 % 2 == 0 ? 70u : 30u);
    if (grow || blocks.empty()) {
      const std::size_t most = random() % 8 == 0 ? BlockHeap::largest : 200;
      blocks.push_back(
          marked(*heap, 1 + random() % most, static_cast<unsigned char>(random() % 256)));
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      REQUIRE(is_intact(blocks.back()));
      heap->release(blocks.back().memory);
      blocks.pop_back();
    }
  }
  CHECK(heap->usage().blocks == blocks.size());
  CHECK(std::all_of(blocks.begin(), blocks.end(), is_intact));
  for (const Block& block : blocks) heap->release(block.memory);
  CHECK(heap->usage().blocks == 0);
}

TEST_CASE("where the system has no memory there is no block, and what is released is used again") {
  const pid_t child = fork();
  if (child == 0) _exit(use_up_the_memory());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

}  // namespace adyton::python
