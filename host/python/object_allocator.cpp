// Python's allocation functions over BlockHeap and LargeBlocks. All calls go through the table of
// functions that PyMem_SetAllocator fills. The four that are called most are defined here, in place
// of the library's, so that no indirect call is between a caller and the heap: they look into the
// table, and where it holds other functions (a debugging hook, tracemalloc's, malloc) they leave it
// to the library's own. Its table and functions have the names below by grace of the renamed copy
// of the library's obmalloc.o that is linked (cmake/EmbeddedPython.cmake).
#include "host/python/object_allocator.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <Python.h>

#include "host/python/block_heap.h"
#include "host/python/large_blocks.h"

extern "C" {
// Declared by CPython's internal headers only.
PyAPI_FUNC(Py_ssize_t) _Py_GetAllocatedBlocks();
PyAPI_FUNC(int) _PyObject_DebugMallocStats(FILE* out);

extern PyMemAllocatorEx cpython_object_table;
extern PyMemAllocatorEx cpython_memory_table;
void* cpython_object_malloc(size_t size);
void cpython_object_free(void* memory);
void* cpython_memory_malloc(size_t size);
void cpython_memory_free(void* memory);
Py_ssize_t cpython_allocated_blocks();
int cpython_malloc_stats(FILE* out);
const char* cpython_allocator_name();
}

namespace adyton::python {
namespace {

/// Where the memory comes from: the heap, or, of what is larger, malloc and LargeBlocks.
class Objects {
 public:
  void* allocate(std::size_t size) {
    if (size - 1 < BlockHeap::small) [[likely]] {
      void* const block = heap_.allocate_at_once(size);
      if (block != nullptr) [[likely]]
        return block;
    }
    return allocate_other(size);
  }

  void* allocate_zeroed(std::size_t size) {
    if (size > BlockHeap::largest) return allocate_other_zeroed(size);
    void* const memory = allocate(size);
    return memory != nullptr ? std::memset(memory, 0, size) : nullptr;
  }

  void release(void* memory) {
    if (heap_.owns(memory)) [[likely]]
      return heap_.release(memory);
    release_other(memory);
  }

  void* resize(void* memory, std::size_t size) {
    if (memory == nullptr) return allocate(size);
    if (heap_.owns(memory)) return resize_block(memory, size);
    if (large_.owns(memory)) return resize_large(memory, size);
    // What malloc began it goes on with: it alone knows how much there is to copy.
    return PyMem_RawRealloc(memory, size);
  }

  BlockHeap::Usage usage() const { return heap_.usage(); }
  std::size_t large() const { return large_.count(); }
  std::size_t from_malloc() const { return from_malloc_; }

 private:
  [[gnu::noinline, gnu::hot]] void* allocate_other(std::size_t size) {
    if (size <= BlockHeap::largest) {
      // As malloc does, nothing is something with an address of its own.
      void* const block = heap_.allocate(size == 0 ? 1 : size);
      if (block != nullptr) return block;
      // Where there is no room for a region, malloc may have some left.
    } else if (size >= LargeBlocks::least) {
      void* const block = large_.allocate(size);
      if (block != nullptr) return block;
    }
    return counted(PyMem_RawMalloc(size));
  }

  [[gnu::noinline]] void* allocate_other_zeroed(std::size_t size) {
    if (size >= LargeBlocks::least) {
      void* const block = large_.allocate_zeroed(size);
      if (block != nullptr) return block;
    }
    return counted(PyMem_RawCalloc(1, size));
  }

  [[gnu::noinline, gnu::hot]] void release_other(void* memory) {
    if (memory == nullptr) return;
    if (large_.owns(memory)) return large_.release(memory);
    PyMem_RawFree(memory);
    --from_malloc_;
  }

  // A block keeps its place unless it grows out of it or leaves a quarter of it empty; one that
  // cannot move to a smaller place stays, as shrinking may not fail.
  void* resize_block(void* block, std::size_t size) {
    const std::size_t room = BlockHeap::size_of(block);
    if (size <= room && room - size < std::max(room / 4, std::size_t{16})) return block;
    void* const moved = allocate(size);
    if (moved == nullptr) return size <= room ? block : nullptr;
    std::memcpy(moved, block, size < room ? size : room);
    heap_.release(block);
    return moved;
  }

  void* resize_large(void* block, std::size_t size) {
    if (size >= LargeBlocks::least) return large_.resize(block, size);
    void* const moved = allocate(size);
    if (moved == nullptr) return block;
    std::memcpy(moved, block, size);
    large_.release(block);
    return moved;
  }

  void* counted(void* memory) {
    if (memory != nullptr) ++from_malloc_;
    return memory;
  }

  BlockHeap heap_;
  LargeBlocks large_;
  std::size_t from_malloc_ = 0;
};

// Python's allocator is the process's own: its functions are reached by name, with no argument to
// say whose it is.
constinit Objects objects;

void* table_malloc(void*, std::size_t size) {
  return objects.allocate(size);
}
void* table_calloc(void*, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  return __builtin_mul_overflow(count, size, &bytes) ? nullptr : objects.allocate_zeroed(bytes);
}
void* table_realloc(void*, void* memory, std::size_t size) {
  return objects.resize(memory, size);
}
void table_free(void*, void* memory) {
  objects.release(memory);
}

bool in_use() {
  return cpython_object_table.malloc == table_malloc && cpython_memory_table.malloc == table_malloc;
}

void print_usage(FILE* out) {
  const BlockHeap::Usage usage = objects.usage();
  std::fprintf(out,
               "Small block threshold = %zu, in %zu size classes, in Adyton's block heap.\n"
               "block size      pools     blocks in use\n",
               BlockHeap::largest, BlockHeap::class_count);
  for (const auto& each : usage.classes) {
    if (each.pools > 0) {
      std::fprintf(out, "%10zu %10zu %17zu\n", each.block_size, each.pools, each.blocks);
    }
  }
  std::fprintf(out,
               "regions of 2 MiB: %zu, of which empty: %zu\nlarger blocks, from malloc: %zu\n"
               "blocks of 8 MiB and more: %zu\n\n",
               usage.regions, usage.empty_regions, objects.from_malloc(), objects.large());
}

}  // namespace

void use_block_heap() {
  PyMemAllocatorEx table{nullptr, table_malloc, table_calloc, table_realloc, table_free};
  PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &table);
  PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &table);
}

}  // namespace adyton::python

using namespace adyton::python;

[[gnu::hot]] void* PyObject_Malloc(size_t size) {
  if (cpython_object_table.malloc == table_malloc) [[likely]]
    return objects.allocate(size);
  return cpython_object_malloc(size);
}

[[gnu::hot]] void PyObject_Free(void* memory) {
  if (cpython_object_table.free == table_free) [[likely]]
    return objects.release(memory);
  cpython_object_free(memory);
}

[[gnu::hot]] void* PyMem_Malloc(size_t size) {
  if (cpython_memory_table.malloc == table_malloc) [[likely]]
    return objects.allocate(size);
  return cpython_memory_malloc(size);
}

[[gnu::hot]] void PyMem_Free(void* memory) {
  if (cpython_memory_table.free == table_free) [[likely]]
    return objects.release(memory);
  cpython_memory_free(memory);
}

// sys.getallocatedblocks(). pymalloc's are none unless PYTHONMALLOC asks for it.
Py_ssize_t _Py_GetAllocatedBlocks() {
  return cpython_allocated_blocks() +
         static_cast<Py_ssize_t>(objects.usage().blocks + objects.large() + objects.from_malloc());
}

// sys._debugmallocstats() and PYTHONMALLOCSTATS; 1 where something was printed.
int _PyObject_DebugMallocStats(FILE* out) {
  if (!in_use()) return cpython_malloc_stats(out);
  print_usage(out);
  return 1;
}

// By the name that PYTHONMALLOC has for the default; the library gives none for functions that are
// not its own.
const char* _PyMem_GetCurrentAllocatorName() {
  return in_use() ? "pymalloc" : cpython_allocator_name();
}
