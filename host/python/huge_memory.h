#pragma once

#include <cstddef>

namespace adyton::python {

inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// `size` zeroed bytes, a multiple of huge_page, that begin at a multiple of huge_page; the system
/// is advised to back them with huge pages. Given back with unmap_memory, whole or in pieces of
/// whole pages. Null where the system has no memory. Any thread, no GIL; does not throw.
void* map_huge_memory(std::size_t size) noexcept;

/// `size` zeroed bytes in pages of the usual size; else as map_huge_memory.
void* map_memory(std::size_t size) noexcept;

void unmap_memory(void* memory, std::size_t size) noexcept;

}  // namespace adyton::python
