#pragma once

#include <cstddef>
#include <new>

namespace adyton::crypto {

/// A heap for what keys become while they are used: expanded round keys, hash states, big numbers.
/// Its pages are left out of core dumps and locked into memory as far as RLIMIT_MEMLOCK allows; a
/// block is overwritten when it is given back. Crypto++ takes the memory of all its SecBlocks here
/// (secret_memory.cpp stands in for its AlignedAllocate and the like). Any thread; a child forked
/// at any time may go on using it.
///
/// Aligned to 64 bytes. std::bad_alloc if the system has no page left.
void* allocate_secret(std::size_t size);
void free_secret(void* memory) noexcept;

/// Makes `new` of a class take its memory there, which round keys inside the object need.
struct InSecretMemory {
  static void* operator new(std::size_t size) { return allocate_secret(size); }
  static void* operator new(std::size_t size, std::align_val_t) { return allocate_secret(size); }
  static void operator delete(void* memory) { free_secret(memory); }
  static void operator delete(void* memory, std::align_val_t) { free_secret(memory); }
};

}  // namespace adyton::crypto
