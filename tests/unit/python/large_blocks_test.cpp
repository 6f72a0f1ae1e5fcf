#include "host/python/large_blocks.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>

namespace adyton::python {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

bool is_mapped(const void* memory) {
  unsigned char resident = 0;
  return mincore(const_cast<void*>(memory), 4096, &resident) == 0;
}

/// A mark in every page: the number of its page, and whose it is.
void mark(void* memory, std::size_t size, std::uint32_t who) {
  for (std::size_t at = 0; at < size; at += 4096) {
    reinterpret_cast<std::uint32_t*>(static_cast<char*>(memory) + at)[0] = who;
    reinterpret_cast<std::uint32_t*>(static_cast<char*>(memory) + at)[1] =
        static_cast<std::uint32_t>(at / 4096);
  }
}

bool is_marked(const void* memory, std::size_t size, std::uint32_t who) {
  for (std::size_t at = 0; at < size; at += 4096) {
    const auto* const words =
        reinterpret_cast<const std::uint32_t*>(static_cast<const char*>(memory) + at);
    if (words[0] != who || words[1] != at / 4096) return false;
  }
  return true;
}

bool is_zero(const void* memory, std::size_t size) {
  const auto* const bytes = static_cast<const unsigned char*>(memory);
  return std::all_of(bytes, bytes + size, [](unsigned char byte) { return byte == 0; });
}

/// The process may have no more addresses than it has and `more`, to the end of a scope.
class AddressLimit {
 public:
  explicit AddressLimit(std::size_t more) {
    getrlimit(RLIMIT_AS, &before_);
    rlimit now = before_;
    now.rlim_cur = in_use() + more;
    setrlimit(RLIMIT_AS, &now);
  }
  ~AddressLimit() { setrlimit(RLIMIT_AS, &before_); }

 private:
  static std::size_t in_use() {
    std::size_t pages = 0;
    if (FILE* const file = std::fopen("/proc/self/statm", "r")) {
      if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
      std::fclose(file);
    }
    return pages * 4096;
  }

  rlimit before_{};
};

}  // namespace

TEST_CASE("large blocks begin at a huge page and are their owner's alone") {
  const auto blocks = std::make_unique<LargeBlocks>();
  std::vector<std::pair<void*, std::size_t>> all;
  for (const std::size_t size : {8 * mib, 8 * mib + 1, 9 * mib, 31 * mib}) {
    void* const memory = blocks->allocate(size);
    REQUIRE(memory != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % huge_page == 0);
    mark(memory, size, static_cast<std::uint32_t>(all.size()));
    all.emplace_back(memory, size);
  }
  CHECK(blocks->count() == all.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    CHECK(is_marked(all[i].first, all[i].second, i));
    CHECK(blocks->owns(all[i].first));
    CHECK_FALSE(blocks->owns(static_cast<char*>(all[i].first) + huge_page));
    blocks->release(all[i].first);
    CHECK_FALSE(blocks->owns(all[i].first));
  }
  CHECK(blocks->count() == 0);
  CHECK_FALSE(blocks->owns(nullptr));
}

TEST_CASE("a freed large block is used for the next object that fits it") {
  const auto blocks = std::make_unique<LargeBlocks>();
  void* const memory = blocks->allocate(64 * mib);
  blocks->release(memory);
  SUBCASE("of the same size") {
    CHECK(blocks->allocate(64 * mib) == memory);
  }
  SUBCASE("a little smaller") {
    CHECK(blocks->allocate(57 * mib) == memory);
  }
  SUBCASE("not a larger one") {
    CHECK(blocks->allocate(64 * mib + 1) != memory);
  }
  SUBCASE("not one that would leave much of it unused") {
    CHECK(blocks->allocate(50 * mib) != memory);
  }
  SUBCASE("zeroed, where that is asked for") {
    mark(memory, 64 * mib, 7);
    void* const again = blocks->allocate_zeroed(64 * mib);
    CHECK(again == memory);
    CHECK(is_zero(again, 64 * mib));
  }
}

TEST_CASE("no more than 256 MiB of freed blocks are kept, those that were freed last") {
  const auto blocks = std::make_unique<LargeBlocks>();
  std::vector<void*> all;
  for (int i = 0; i < 5; ++i) all.push_back(blocks->allocate(64 * mib));
  for (void* memory : all) blocks->release(memory);
  CHECK_FALSE(is_mapped(all[0]));
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(is_mapped(all[i]));

  void* const huge = blocks->allocate(300 * mib);
  blocks->release(huge);
  CHECK_FALSE(is_mapped(huge));
  CHECK(is_mapped(all[4]));
}

TEST_CASE("no more than eight freed blocks are kept") {
  const auto blocks = std::make_unique<LargeBlocks>();
  std::vector<void*> all;
  for (int i = 0; i < 9; ++i) all.push_back(blocks->allocate(8 * mib));
  for (void* memory : all) blocks->release(memory);
  CHECK(std::count_if(all.begin(), all.end(), is_mapped) == 8);
  CHECK_FALSE(is_mapped(all[0]));
}

TEST_CASE("a large block that is resized keeps what it holds") {
  const auto blocks = std::make_unique<LargeBlocks>();
  std::size_t size = 8 * mib;
  void* memory = blocks->allocate(size);
  mark(memory, size, 1);
  for (const std::size_t larger : {9 * mib, 33 * mib, 100 * mib}) {
    // Another one in the way, whose place must be left alone.
    void* const other = blocks->allocate(8 * mib);
    mark(other, 8 * mib, 2);
    memory = blocks->resize(memory, larger);
    REQUIRE(memory != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % huge_page == 0);
    CHECK(is_marked(memory, size, 1));
    CHECK(is_marked(other, 8 * mib, 2));
    mark(memory, larger, 1);
    size = larger;
  }
  void* const smaller = blocks->resize(memory, 40 * mib + 5);
  CHECK(smaller == memory);
  CHECK(is_marked(memory, 40 * mib, 1));
  CHECK(is_mapped(static_cast<char*>(memory) + 40 * mib));
  CHECK_FALSE(is_mapped(static_cast<char*>(memory) + 42 * mib));
  CHECK(blocks->owns(memory));
}

TEST_CASE("so many large blocks and no more are in use at a time") {
  const auto blocks = std::make_unique<LargeBlocks>();
  std::vector<void*> all;
  for (std::size_t i = 0; i < LargeBlocks::count_limit; ++i) {
    all.push_back(blocks->allocate(LargeBlocks::least));
    REQUIRE(all.back() != nullptr);
  }
  CHECK(blocks->allocate(LargeBlocks::least) == nullptr);
  CHECK(blocks->allocate_zeroed(LargeBlocks::least) == nullptr);
  for (void* memory : all) {
    CHECK(blocks->owns(memory));
    blocks->release(memory);
  }
  CHECK(blocks->count() == 0);
}

TEST_CASE("where the system has no memory there is none, and all is as it was") {
  const auto blocks = std::make_unique<LargeBlocks>();
  CHECK(blocks->allocate(std::size_t{1} << 60) == nullptr);
  CHECK(blocks->allocate(~std::size_t{0}) == nullptr);
  CHECK(blocks->allocate_zeroed(std::size_t{1} << 60) == nullptr);
  void* const memory = blocks->allocate(8 * mib);
  mark(memory, 8 * mib, 1);
  CHECK(blocks->resize(memory, std::size_t{1} << 60) == nullptr);
  CHECK(blocks->resize(memory, ~std::size_t{0}) == nullptr);
  CHECK(is_marked(memory, 8 * mib, 1));
  CHECK(blocks->count() == 1);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("what is kept makes room where the system has no more") {
  const auto blocks = std::make_unique<LargeBlocks>();
  void* const memory = blocks->allocate(200 * mib);
  blocks->release(memory);
  const AddressLimit limit(100 * mib);
  CHECK(blocks->allocate(150 * mib) != nullptr);
}
#endif

}  // namespace adyton::python
