#include "host/python/huge_memory.h"

#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace adyton::python {
namespace {

std::size_t page_size() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

// Of a larger piece the last part that is aligned; what is around it is given back. The system lays
// mappings one below the other: so the parts that stay have no gaps between them.
void* map_huge_memory(std::size_t size) noexcept {
  const std::size_t mapped = size + huge_page - page_size();
  char* const memory = static_cast<char*>(map_memory(mapped));
  if (memory == nullptr) return nullptr;
  const std::size_t past = reinterpret_cast<std::uintptr_t>(memory + mapped - size) % huge_page;
  const std::size_t before = mapped - size - past;
  if (before > 0) unmap_memory(memory, before);
  if (past > 0) unmap_memory(memory + before + size, past);
  ::madvise(memory + before, size, MADV_HUGEPAGE);
  return memory + before;
}

void* map_memory(std::size_t size) noexcept {
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void unmap_memory(void* memory, std::size_t size) noexcept {
  ::munmap(memory, size);
}

}  // namespace adyton::python
