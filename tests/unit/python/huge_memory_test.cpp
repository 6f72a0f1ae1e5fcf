#include "host/python/huge_memory.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

namespace adyton::python {
namespace {

bool is_zero(const void* memory, std::size_t size) {
  const auto* const bytes = static_cast<const unsigned char*>(memory);
  return std::all_of(bytes, bytes + size, [](unsigned char byte) { return byte == 0; });
}

}  // namespace

TEST_CASE("huge memory is zeroed and aligned, whatever lies around it") {
  std::vector<void*> between;
  std::vector<void*> pieces;
  for (int n = 0; n < 4; ++n) {
    between.push_back(map_memory(4096));
    pieces.push_back(map_huge_memory(huge_page));
    REQUIRE(pieces.back() != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(pieces.back()) % huge_page == 0);
    CHECK(is_zero(pieces.back(), huge_page));
    *static_cast<char*>(pieces.back()) = 1;
  }
  for (void* page : between) {
    CHECK(is_zero(page, 4096));
    unmap_memory(page, 4096);
  }
  for (void* piece : pieces) {
    CHECK(*static_cast<char*>(piece) == 1);
    unmap_memory(piece, huge_page);
  }
}

TEST_CASE("more memory than there are addresses is not to be had") {
  CHECK(map_memory(std::size_t{1} << 60) == nullptr);
  CHECK(map_huge_memory(std::size_t{1} << 60) == nullptr);
}

}  // namespace adyton::python
