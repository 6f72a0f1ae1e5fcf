#include "modules/crypto/secret.h"

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include <string.h>
#include <sys/mman.h>

namespace adyton::crypto {
namespace {

// The C library copies through vector registers that nobody has to restore: what it copied last
// stays there, in core files and in the first state of every thread that is made afterwards.
#if defined(__x86_64__)
__attribute__((noinline)) void wipe_registers() {
  static const bool avx = __builtin_cpu_supports("avx") != 0;
  static const bool avx512 = __builtin_cpu_supports("avx512vl") != 0;
  if (avx) {
    __asm__ volatile("vzeroall" ::
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                           "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  }
  if (avx512) {
    // The compiler uses none of these in code that is built for every x86-64.
    __asm__ volatile(
        ".irp n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
        "vpxorq %%xmm\\n, %%xmm\\n, %%xmm\\n\n\t"
        ".endr" ::);
  }
}
#else
void wipe_registers() {}
#endif

}  // namespace

void wipe(void* memory, std::size_t size) {
  if (size != 0) ::explicit_bzero(memory, size);
}

void wipe(std::string& text) {
  // The capacity, not the size: a shrunk string still holds what it held.
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

__attribute__((noinline)) void wipe_frames() {
  std::array<std::uint8_t, 8192> frames;
  wipe(frames.data(), frames.size());
  wipe_registers();
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
  if (size_ == 0) return;
  std::memcpy(data_, bytes.data(), size_);
  wipe_registers();
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
  wipe_registers();
  ::munmap(data_, size_);  // unlocks
  data_ = nullptr;
  size_ = 0;
}

}  // namespace adyton::crypto
