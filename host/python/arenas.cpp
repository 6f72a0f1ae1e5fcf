#include "host/python/arenas.h"

#include <Python.h>

#include "host/python/huge_memory.h"

namespace adyton::python {

/// The right to use the kept pieces, if nobody else has it.
class Arenas::Turn {
 public:
  explicit Turn(std::atomic_flag& busy)
      : busy_(busy), mine_(!busy.test_and_set(std::memory_order_acquire)) {}
  ~Turn() {
    if (mine_) busy_.clear(std::memory_order_release);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  explicit operator bool() const { return mine_; }

 private:
  std::atomic_flag& busy_;
  bool mine_;
};

KeptPieces* Arenas::kept(std::size_t size) {
  if (size == arena_size) return &arenas_;
  return size == chunk_size ? &chunks_ : nullptr;
}

void* Arenas::allocate(std::size_t size) noexcept {
  if (const Turn turn(busy_); turn) {
    KeptPieces* const pieces = kept(size);
    void* const piece = pieces != nullptr ? pieces->take() : nullptr;
    if (piece != nullptr) return piece;
    if (size == arena_size) return new_arena();
  }
  return map_memory(size);
}

// A huge page holds two: the other one is kept.
void* Arenas::new_arena() {
  static_assert(huge_page == 2 * arena_size);
  char* const page = static_cast<char*>(map_huge_memory(huge_page));
  if (page == nullptr) return map_memory(arena_size);
  arenas_.keep(page + arena_size);
  return page;
}

void Arenas::release(void* memory, std::size_t size) noexcept {
  if (const Turn turn(busy_); turn) {
    KeptPieces* const pieces = kept(size);
    if (pieces != nullptr && pieces->keep(memory)) return;
  }
  unmap_memory(memory, size);
}

void use_huge_arenas() {
  // Python's allocators are the process's own, and are used until its very end.
  static Arenas arenas;
  PyObjectArenaAllocator allocator{
      &arenas,
      [](void* all, std::size_t size) { return static_cast<Arenas*>(all)->allocate(size); },
      [](void* all, void* memory, std::size_t size) {
        static_cast<Arenas*>(all)->release(memory, size);
      }};
  PyObject_SetArenaAllocator(&allocator);
}

}  // namespace adyton::python
