#include "modules/crypto/random.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/mman.h>
#include <sys/random.h>

#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

/// Random bytes that one thread drew ahead, in a page that a forked child does not get.
class DrawnAhead {
 public:
  DrawnAhead() : page_(map_page()) {}
  ~DrawnAhead() {
    if (page_ == nullptr) return;
    wipe(page_, sizeof(Page));
    ::munmap(page_, sizeof(Page));
  }
  DrawnAhead(const DrawnAhead&) = delete;
  DrawnAhead& operator=(const DrawnAhead&) = delete;

  void take(std::span<std::uint8_t> out) {
    if (page_ == nullptr) return fill_random(out);
    // A signal's handler may fork between any two instructions: what was taken counts only if the
    // mark is still there afterwards.
    do {
      if (page_->mark != drawn || sizeof page_->bytes - page_->begin < out.size()) draw();
      std::atomic_signal_fence(std::memory_order_seq_cst);
      std::uint8_t* const bytes = page_->bytes + page_->begin;
      page_->begin += out.size();
      std::memcpy(out.data(), bytes, out.size());
      std::memset(bytes, 0, out.size());
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } while (page_->mark != drawn);
  }

 private:
  static constexpr std::uint64_t drawn = 0x6e776172644e7761;
  struct Page {
    volatile std::uint64_t mark;  // `drawn`, or 0 where nothing was drawn yet in this process
    std::size_t begin;
    std::uint8_t bytes[4096 - sizeof(std::uint64_t) - sizeof(std::size_t)];
  };

  static Page* map_page() {
    void* const page =
        ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    if (::madvise(page, sizeof(Page), MADV_WIPEONFORK) != 0) {
      ::munmap(page, sizeof(Page));
      return nullptr;
    }
    ::madvise(page, sizeof(Page), MADV_DONTDUMP);
    return static_cast<Page*>(page);
  }

  void draw() {
    fill_random(page_->bytes);
    page_->begin = 0;
    page_->mark = drawn;
  }

  Page* page_;
};

}  // namespace

void fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t n = ::getrandom(out.data(), out.size(), 0);
    if (n > 0) {
      out = out.subspan(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::system_category(), "getrandom");
    }
  }
}

void draw_random(std::span<std::uint8_t> out) {
  thread_local DrawnAhead ahead;
  ahead.take(out);
}

}  // namespace adyton::crypto
