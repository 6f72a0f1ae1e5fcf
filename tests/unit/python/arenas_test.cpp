#include "host/python/arenas.h"

#include <algorithm>
#include <array>
#include <barrier>
#include <cstdint>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/mman.h>

namespace adyton::python {
namespace {

bool is_mapped(void* memory) {
  unsigned char resident = 0;
  return mincore(memory, 4096, &resident) == 0;
}

std::vector<void*> pieces_of(Arenas& arenas, std::size_t size, int count) {
  std::vector<void*> pieces;
  for (int n = 0; n < count; ++n) {
    pieces.push_back(arenas.allocate(size));
    REQUIRE(pieces.back() != nullptr);
  }
  return pieces;
}

// Counts the pieces in which another thread has written meanwhile.
int use(Arenas& arenas, std::size_t size, int who, std::barrier<>& start) {
  start.arrive_and_wait();
  int spoilt = 0;
  std::array<int*, 3> pieces{};
  for (int round = 0; round < 300'000; ++round) {
    for (int*& piece : pieces) *(piece = static_cast<int*>(arenas.allocate(size))) = who;
    for (int* piece : pieces) {
      if (*piece != who) ++spoilt;
      arenas.release(piece, size);
    }
  }
  return spoilt;
}

}  // namespace

TEST_CASE("pieces of any size begin at a page, are their owner's alone, and are given back") {
  Arenas arenas;
  for (const std::size_t size : {Arenas::arena_size, Arenas::chunk_size, std::size_t{5} << 14}) {
    std::vector<void*> pieces = pieces_of(arenas, size, 5);
    std::sort(pieces.begin(), pieces.end());
    for (std::size_t n = 0; n < pieces.size(); ++n) {
      CHECK(reinterpret_cast<std::uintptr_t>(pieces[n]) % 4096 == 0);
      CHECK((n == 0 || static_cast<char*>(pieces[n]) - static_cast<char*>(pieces[n - 1]) >=
                           static_cast<std::ptrdiff_t>(size)));
      static_cast<char*>(pieces[n])[size - 1] = 1;
    }
    for (void* piece : pieces) arenas.release(piece, size);
  }
}

TEST_CASE("a freed arena or chunk is the next one to be handed out") {
  Arenas arenas;
  for (const std::size_t size : {Arenas::arena_size, Arenas::chunk_size}) {
    void* const piece = arenas.allocate(size);
    arenas.release(piece, size);
    CHECK(arenas.allocate(size) == piece);
  }
}

TEST_CASE("arenas lie in huge pages, two in each") {
  Arenas arenas;
  void* const first = arenas.allocate(Arenas::arena_size);
  void* const second = arenas.allocate(Arenas::arena_size);
  CHECK(reinterpret_cast<std::uintptr_t>(first) % (2 * Arenas::arena_size) == 0);
  CHECK(second == static_cast<char*>(first) + Arenas::arena_size);
}

TEST_CASE("only some freed pieces are kept, and of other sizes none") {
  Arenas arenas;
  const auto gone = [&](std::size_t size) {
    const std::vector<void*> pieces = pieces_of(arenas, size, 100);
    for (void* piece : pieces) arenas.release(piece, size);
    return std::count_if(pieces.begin(), pieces.end(), [](void* p) { return !is_mapped(p); });
  };
  CHECK(gone(Arenas::arena_size) == 92);
  CHECK(gone(Arenas::chunk_size) == 36);
  CHECK(gone(3 * Arenas::chunk_size) == 100);
}

TEST_CASE("threads that use them at a time never get one another's pieces") {
  Arenas arenas;
  for (const std::size_t size : {Arenas::arena_size, Arenas::chunk_size}) {
    std::barrier start(2);
    int spoilt = 0;
    std::thread other([&] { spoilt = use(arenas, size, 1, start); });
    CHECK(use(arenas, size, 2, start) == 0);
    other.join();
    CHECK(spoilt == 0);
  }
}

}  // namespace adyton::python
