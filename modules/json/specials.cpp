#include "modules/json/specials.h"

#include <algorithm>
#include <bit>

#include "host/base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace adyton::json::detail {

#if defined(__x86_64__)

namespace {

constexpr std::size_t block = 64;

// Both write the offsets of the special bytes in `blocks` blocks from `text` on, which lies at
// `offset`, and give the end of what they wrote. They scribble up to a block's worth behind it.

#define ADYTON_AVX2 __attribute__((target("avx2,bmi,popcnt")))

ADYTON_AVX2 inline std::uint32_t specials_of(const char* text) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i control = _mm256_set1_epi8(0x1f);
  const __m256i hits =
      _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                      _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))),
                      _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, control), bytes));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(hits));
}

/// For each byte the numbers of the bits that are set in it, from the lowest, a byte each.
constexpr auto bits_of_byte = [] {
  std::array<std::uint64_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    for (unsigned bit = 0, shift = 0; bit < 8; ++bit) {
      if ((byte >> bit & 1) == 0) continue;
      table[byte] |= std::uint64_t{bit} << shift;
      shift += 8;
    }
  }
  return table;
}();

ADYTON_AVX2 std::uint32_t* index_avx2(const char* text, std::size_t blocks, std::uint32_t offset,
                                      std::uint32_t* out) {
  for (; blocks > 0; --blocks, text += block, offset += block) {
    std::uint64_t hits = specials_of(text) | std::uint64_t{specials_of(text + 32)} << 32;
    // No branch but this one: how many there are in a block cannot be foreseen.
    if (hits == 0) continue;
    __m256i base = _mm256_set1_epi32(static_cast<int>(offset));
    for (std::size_t i = 0; i < 8; ++i, hits >>= 8) {
      const auto byte = static_cast<std::uint8_t>(hits);
      const __m128i bits = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&bits_of_byte[byte]));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                          _mm256_add_epi32(base, _mm256_cvtepu8_epi32(bits)));
      out += std::popcount(byte);
      base = _mm256_add_epi32(base, _mm256_set1_epi32(8));
    }
  }
  return out;
}

#define ADYTON_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt")))

ADYTON_AVX512 std::uint32_t* index_avx512(const char* text, std::size_t blocks,
                                          std::uint32_t offset, std::uint32_t* out) {
  alignas(block) static constexpr auto counting = [] {
    std::array<std::uint8_t, block> bytes{};
    for (std::uint8_t i = 0; i < block; ++i) bytes[i] = i;
    return bytes;
  }();
  const __m512i positions = _mm512_load_si512(counting.data());
  const __m512i quote = _mm512_set1_epi8('"');
  const __m512i backslash = _mm512_set1_epi8('\\');
  const __m512i blank = _mm512_set1_epi8(' ');
  for (; blocks > 0; --blocks, text += block, offset += block) {
    const __m512i bytes = _mm512_loadu_si512(text);
    const __mmask64 hits = _mm512_cmpeq_epi8_mask(bytes, quote) |
                           _mm512_cmpeq_epi8_mask(bytes, backslash) |
                           _mm512_cmplt_epu8_mask(bytes, blank);
    const __m512i found = _mm512_maskz_compress_epi8(hits, positions);
    const __m512i base = _mm512_set1_epi32(static_cast<int>(offset));
    const int count = std::popcount(static_cast<std::uint64_t>(hits));
    // The forms with a mask spare a false warning of GCC 12.
    const auto write = [&](std::uint32_t * to, __m128i sixteen)
        __attribute__((always_inline, target("avx512f,avx512bw,avx512vbmi2,popcnt"))) {
      _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_maskz_cvtepu8_epi32(0xffff, sixteen)));
    };
    write(out, _mm512_maskz_extracti32x4_epi32(0xf, found, 0));
    if (count > 16) [[unlikely]] {
      write(out + 16, _mm512_maskz_extracti32x4_epi32(0xf, found, 1));
      write(out + 32, _mm512_maskz_extracti32x4_epi32(0xf, found, 2));
      write(out + 48, _mm512_maskz_extracti32x4_epi32(0xf, found, 3));
    }
    out += count;
  }
  return out;
}

}  // namespace

bool IndexedSpecials::usable(std::size_t text_size) {
  constexpr std::size_t worthwhile = 96;
  return text_size >= worthwhile && text_size < none - block && vector_level() >= VectorLevel::avx2;
}

/// Indexes the next window in which there is a special byte.
IndexedSpecials::Place IndexedSpecials::look_ahead(const char* p) {
  static const auto index = vector_level() >= VectorLevel::avx512 ? index_avx512 : index_avx2;
  std::uint32_t* last = index_.data();
  for (indexed_ = std::max(p, indexed_); last == index_.data();) {
    if (indexed_ >= end_) {
      *last++ = static_cast<std::uint32_t>(end_ - begin_);
      break;
    }
    const std::size_t size = std::min(static_cast<std::size_t>(end_ - indexed_), window);
    const std::size_t blocks = (size + block - 1) / block;
    last = index(indexed_, blocks, static_cast<std::uint32_t>(indexed_ - begin_), last);
    indexed_ += blocks * block;
  }
  end_index(last);
  return index_.data();
}

#else

bool IndexedSpecials::usable(std::size_t) {
  return false;
}
IndexedSpecials::Place IndexedSpecials::look_ahead(const char*) {
  return place_;
}

#endif

}  // namespace adyton::json::detail
