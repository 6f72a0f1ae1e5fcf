#include "modules/crypto/secret.h"

#include <cstring>
#include <new>
#include <utility>

#include <string.h>
#include <sys/mman.h>

namespace adyton::crypto {

void wipe(void* memory, std::size_t size) {
  if (size != 0) ::explicit_bzero(memory, size);
}

void wipe(std::string& text) {
  // The capacity, not the size: a shrunk string still holds what it held.
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::size_t size) : size_(size) {
  if (size == 0) return;
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  ::madvise(pages, size, MADV_DONTDUMP);
  // Best effort: a machine may allow few locked pages, and a job must run there too.
  (void)::mlock(pages, size);
  data_ = static_cast<std::uint8_t*>(pages);
}

Secret::Secret(Bytes bytes) : Secret(bytes.size()) {
  if (size_ != 0) std::memcpy(data_, bytes.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() {
  release();
}

void Secret::release() {
  if (data_ == nullptr) return;
  wipe(data_, size_);
  ::munmap(data_, size_);  // unlocks
  data_ = nullptr;
  size_ = 0;
}

}  // namespace adyton::crypto
