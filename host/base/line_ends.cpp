#include "host/base/line_ends.h"

#include <bit>

#include "host/base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace adyton {
namespace {

constexpr std::size_t block = 64;

/// Appends the bits that are set to `out`, as offsets from `base`; gives the end of what was
/// written, and writes one more behind it.
inline std::uint16_t* put(std::uint64_t bits, std::size_t base, std::uint16_t* out) {
  // As a rule one or none, and nobody can foresee which.
  *out = static_cast<std::uint16_t>(base + static_cast<std::size_t>(std::countr_zero(bits)));
  out += bits != 0 ? 1 : 0;
  for (bits &= bits - 1; bits != 0; bits &= bits - 1) {
    *out++ = static_cast<std::uint16_t>(base + static_cast<std::size_t>(std::countr_zero(bits)));
  }
  return out;
}

/// Asks for bytes that are looked at in the next window: they come while the lines of this one are
/// worked on.
inline void fetch_ahead(const char* text) {
  __builtin_prefetch(text + LineEnds::window);
}

std::uint16_t* put_one_by_one(const char* text, std::size_t begin, std::size_t end,
                              std::uint16_t* out) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] == '\n') *out++ = static_cast<std::uint16_t>(i);
  }
  return out;
}

// Each writes the offsets of the newlines in `size` bytes, and gives the end of what it wrote.

#if defined(__x86_64__)

std::uint16_t* find_baseline(const char* text, std::size_t size, std::uint16_t* out) {
  const __m128i newline = _mm_set1_epi8('\n');
  std::size_t i = 0;
  for (; i + block <= size; i += block) {
    fetch_ahead(text + i);
    std::uint64_t bits = 0;
    for (std::size_t part = 0; part < block; part += sizeof(__m128i)) {
      const auto* const p = reinterpret_cast<const __m128i*>(text + i + part);
      const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(p), newline));
      bits |= static_cast<std::uint64_t>(mask) << part;
    }
    out = put(bits, i, out);
  }
  return put_one_by_one(text, i, size, out);
}

[[gnu::target("avx2,bmi,bmi2")]] std::uint16_t* find_avx2(const char* text, std::size_t size,
                                                          std::uint16_t* out) {
  const __m256i newline = _mm256_set1_epi8('\n');
  std::size_t i = 0;
  for (; i + block <= size; i += block) {
    fetch_ahead(text + i);
    std::uint64_t bits = 0;
    for (std::size_t part = 0; part < block; part += sizeof(__m256i)) {
      const auto* const p = reinterpret_cast<const __m256i*>(text + i + part);
      const int mask = _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256(p), newline));
      bits |= std::uint64_t{static_cast<std::uint32_t>(mask)} << part;
    }
    out = put(bits, i, out);
  }
  return put_one_by_one(text, i, size, out);
}

#else

std::uint16_t* find_baseline(const char* text, std::size_t size, std::uint16_t* out) {
  return put_one_by_one(text, 0, size, out);
}

#endif

auto best_find() {
#if defined(__x86_64__)
  if (vector_level() >= VectorLevel::avx2) return &find_avx2;
#endif
  return &find_baseline;
}

}  // namespace

void LineEnds::search() {
  static const auto find = best_find();
  base_ = searched_;
  const std::size_t size = std::min(text_.size() - searched_, window);
  count_ =
      static_cast<std::size_t>(find(text_.data() + base_, size, offsets_.data()) - offsets_.data());
  passed_ = 0;
  searched_ += size;
}

}  // namespace adyton
