#include "modules/crypto/secret_memory.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>

#include <cryptopp/allocate.h>
#include <pthread.h>
#include <sys/mman.h>

#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

constexpr std::size_t alignment = 64;
// A class holds blocks of 2^n bytes, the header among them; what is larger has pages of its own.
constexpr std::size_t smallest_class = 7;
constexpr std::size_t largest_class = 15;
constexpr std::size_t region_size = 128 * 1024;
// A larger block would use up what may be locked, which is for keys: scrypt's table, which is
// derived from a password for a moment only, and IPsec-MB's managers, one a thread, from which the
// library clears keys itself.
constexpr std::size_t largest_locked = region_size;

// Stands before each block, in a cache line of its own, so that the block stays aligned.
struct alignas(alignment) Header {
  std::size_t size;   // of the block, as asked for
  std::size_t pages;  // bytes of the mapping, where it has one of its own; else 0
  Header* next;       // while it is free
};
static_assert(sizeof(Header) == alignment);

void* map(std::size_t size) {
  void* const pages =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  ::madvise(pages, size, MADV_DONTDUMP);
  if (size <= largest_locked) (void)::mlock(pages, size);  // best effort, as Secret's
  return pages;
}

class Heap {
 public:
  Header* take(std::size_t bits) {
    const std::lock_guard lock(mutex_);
    Header*& free = free_[bits - smallest_class];
    if (free != nullptr) {
      Header* const block = free;
      free = block->next;
      return block;
    }
    const std::size_t size = std::size_t{1} << bits;
    if (left_ < size) {
      begin_ = static_cast<std::uint8_t*>(map(region_size));
      left_ = region_size;
    }
    Header* const block = reinterpret_cast<Header*>(begin_);
    begin_ += size;
    left_ -= size;
    return block;
  }

  void give_back(Header* block) {
    const std::lock_guard lock(mutex_);
    Header*& free = free_[class_of(block->size) - smallest_class];
    block->next = free;
    free = block;
  }

  static std::size_t class_of(std::size_t size) {
    return std::max(static_cast<std::size_t>(std::bit_width(size + sizeof(Header) - 1)),
                    smallest_class);
  }

  // Around a fork, so that the child does not find the heap half changed.
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
  std::array<Header*, largest_class - smallest_class + 1> free_{};
  std::uint8_t* begin_ = nullptr;
  std::size_t left_ = 0;
};

// Never destroyed: Crypto++'s own objects give back their memory when the process ends.
Heap& make_heap();

Heap& heap() {
  static Heap& only = make_heap();
  return only;
}

Heap& make_heap() {
  alignas(Heap) static std::array<std::byte, sizeof(Heap)> place;
  Heap& made = *new (place.data()) Heap;
  ::pthread_atfork([] { heap().lock(); }, [] { heap().unlock(); }, [] { heap().unlock(); });
  return made;
}

}  // namespace

void* allocate_secret(std::size_t size) {
  if (size > SIZE_MAX / 2) throw std::bad_alloc();
  const std::size_t bits = Heap::class_of(size);
  Header* block = nullptr;
  if (bits > largest_class) {
    const std::size_t pages = (size + sizeof(Header) + 4095) / 4096 * 4096;
    block = static_cast<Header*>(map(pages));
    block->pages = pages;
  } else {
    block = heap().take(bits);
    block->pages = 0;
  }
  block->size = size;
  return block + 1;
}

void free_secret(void* memory) noexcept {
  if (memory == nullptr) return;
  Header* const block = static_cast<Header*>(memory) - 1;
  if (block->pages != 0) {
    ::munmap(block, block->pages);  // the kernel wipes pages before anybody gets them
  } else {
    wipe(memory, block->size);
    heap().give_back(block);
  }
}

}  // namespace adyton::crypto

// Crypto++ takes the memory of its SecBlocks from these four. Its shared library calls them by
// name, and the dynamic linker gives it the executable's, as it does with malloc (the unit test
// tells if a library were linked so that it keeps its own).
namespace CryptoPP {

void* AlignedAllocate(std::size_t size) {
  return adyton::crypto::allocate_secret(size);
}

void AlignedDeallocate(void* memory) {
  adyton::crypto::free_secret(memory);
}

void* UnalignedAllocate(std::size_t size) {
  return adyton::crypto::allocate_secret(size);
}

void UnalignedDeallocate(void* memory) {
  adyton::crypto::free_secret(memory);
}

}  // namespace CryptoPP
