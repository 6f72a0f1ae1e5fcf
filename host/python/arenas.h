#pragma once

#include <atomic>
#include <cstddef>

#include "host/python/kept_pieces.h"

namespace adyton::python {

/// The pieces of memory that Python asks the system for: arenas, which its object allocator cuts
/// up, and chunks of its stack of frames. Arenas lie in huge pages, and some freed pieces of either
/// kind are kept for the next use: where objects or deep calls come and go, less time goes into
/// page faults and address translation. What is not kept goes back to the system.
///
/// Any thread, no GIL (interpreters with a GIL of their own share it). Nobody waits: while one
/// thread is inside, also one that a fork left behind, the others go straight to the system.
class Arenas {
 public:
  static constexpr std::size_t arena_size = std::size_t{1} << 20;
  static constexpr std::size_t chunk_size = std::size_t{1} << 14;

  /// `size` bytes at a multiple of the page size, zeroed or not; null where the system has none.
  void* allocate(std::size_t size) noexcept;

  /// Takes back what `allocate` gave for `size`.
  void release(void* memory, std::size_t size) noexcept;

 private:
  class Turn;

  KeptPieces* kept(std::size_t size);
  void* new_arena();

  std::atomic_flag busy_;
  KeptPieces arenas_{8};
  KeptPieces chunks_{64};  // a recursion some ten thousand calls deep
};

/// Makes Python use them. Before Python starts; once in a process, for its whole life.
void use_huge_arenas();

}  // namespace adyton::python
