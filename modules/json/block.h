#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "modules/json/key_pattern.h"
#include "modules/json/read_decimal.h"

// The few questions that the parser asks about many bytes at once, for each level of vector
// instructions: the same questions with the same answers. A mask has a bit for each byte, the first
// byte's the lowest. Every function reads `reach` bytes at most.

namespace adyton::json {

/// What each Block may read from the place it is given.
inline constexpr std::size_t block_reach = 32;

#if defined(__x86_64__)

#define ADYTON_JSON_BASELINE [[gnu::always_inline]] static inline

/// SSE2, which every x86-64 has.
struct BaselineBlock {
  static constexpr std::size_t size = 16;

  /// What ends a run of plain ASCII in a string: quote, backslash, control characters, and what is
  /// not ASCII.
  ADYTON_JSON_BASELINE std::uint32_t specials(const char* p) {
    const __m128i bytes = load(p);
    // As signed numbers those beyond ASCII are below the blank as well.
    const __m128i outside = _mm_cmpgt_epi8(_mm_set1_epi8(' '), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return mask(_mm_or_si128(outside, _mm_or_si128(quote, backslash)));
  }

  /// What is no white space.
  ADYTON_JSON_BASELINE std::uint32_t not_spaces(const char* p) {
    const __m128i bytes = load(p);
    const __m128i blank = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
    const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i newline = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
    const __m128i carriage_return = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'));
    return mask(_mm_or_si128(_mm_or_si128(blank, tab), _mm_or_si128(newline, carriage_return))) ^
           0xFFFF;
  }

  /// What is no digit, of 32 bytes.
  ADYTON_JSON_BASELINE std::uint32_t not_digits(const char* p) {
    return others_than_digits(p) | others_than_digits(p + 16) << 16;
  }

  /// The number at p, which has a point, if it is as most are.
  ADYTON_JSON_BASELINE Decimal decimal(const char* p, std::uint32_t others) {
    return read_decimal(p, others);
  }

  ADYTON_JSON_BASELINE bool begins_with(const char* p, const KeyPattern& key) {
    const std::uint32_t low = mask(_mm_cmpeq_epi8(load(p), load(key.head)));
    const std::uint32_t high = mask(_mm_cmpeq_epi8(load(p + 16), load(key.head + 16)));
    return (~(low | high << 16) & key.mask) == 0;
  }

 private:
  ADYTON_JSON_BASELINE std::uint32_t others_than_digits(const char* p) {
    // The digits become the ten largest signed numbers.
    const __m128i raised = _mm_add_epi8(load(p), _mm_set1_epi8('\x7F' - '9'));
    return mask(_mm_cmpgt_epi8(raised, _mm_set1_epi8('\x7F' - 10))) ^ 0xFFFF;
  }
  ADYTON_JSON_BASELINE __m128i load(const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  ADYTON_JSON_BASELINE std::uint32_t mask(__m128i bytes) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
  }
};

#undef ADYTON_JSON_BASELINE
#define ADYTON_JSON_AVX2 [[gnu::always_inline, gnu::target("avx2,bmi,bmi2")]] static inline

struct Avx2Block {
  static constexpr std::size_t size = 32;

  ADYTON_JSON_AVX2 std::uint32_t specials(const char* p) {
    const __m256i bytes = load(p);
    const __m256i outside = _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), bytes);
    const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    return mask(_mm256_or_si256(outside, _mm256_or_si256(quote, backslash)));
  }

  ADYTON_JSON_AVX2 std::uint32_t not_spaces(const char* p) {
    // Each byte is looked up by its lower half, those beyond ASCII as 0: what is found there is
    // the white space that ends so, else a blank, which ends otherwise.
    const __m256i by_lower_half = _mm256_setr_epi8(
        ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', '\t', '\n', ' ', ' ', '\r', ' ', ' ', ' ', ' ',
        ' ', ' ', ' ', ' ', ' ', ' ', ' ', '\t', '\n', ' ', ' ', '\r', ' ', ' ');
    const __m256i bytes = load(p);
    const __m256i found = _mm256_shuffle_epi8(by_lower_half, bytes);
    return ~mask(_mm256_cmpeq_epi8(found, bytes));
  }

  ADYTON_JSON_AVX2 std::uint32_t not_digits(const char* p) {
    const __m256i raised = _mm256_add_epi8(load(p), _mm256_set1_epi8('\x7F' - '9'));
    return ~mask(_mm256_cmpgt_epi8(raised, _mm256_set1_epi8('\x7F' - 10)));
  }

  ADYTON_JSON_AVX2 Decimal decimal(const char* p, std::uint32_t others) {
    return read_decimal_avx2(p, others);
  }

  ADYTON_JSON_AVX2 bool begins_with(const char* p, const KeyPattern& key) {
    return (~mask(_mm256_cmpeq_epi8(load(p), load(key.head))) & key.mask) == 0;
  }

 private:
  ADYTON_JSON_AVX2 __m256i load(const char* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  ADYTON_JSON_AVX2 std::uint32_t mask(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
};

#undef ADYTON_JSON_AVX2

#else

/// Eight bytes in a machine word.
struct BaselineBlock {
  static constexpr std::size_t size = 8;

  static std::uint32_t specials(const char* p) {
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < size; ++i) {
      const auto c = static_cast<signed char>(p[i]);
      mask |= static_cast<std::uint32_t>(c < ' ' || c == '"' || c == '\\') << i;
    }
    return mask;
  }

  static std::uint32_t not_spaces(const char* p) {
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < size; ++i) {
      const bool space = p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t';
      mask |= static_cast<std::uint32_t>(!space) << i;
    }
    return mask;
  }

  static std::uint32_t not_digits(const char* p) {
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < 32; ++i) {
      mask |= static_cast<std::uint32_t>(p[i] < '0' || p[i] > '9') << i;
    }
    return mask;
  }

  static Decimal decimal(const char* p, std::uint32_t others) { return read_decimal(p, others); }

  static bool begins_with(const char* p, const KeyPattern& key) {
    return std::memcmp(p, key.head,
                       key.size < KeyPattern::head_size ? key.size : KeyPattern::head_size) == 0;
  }
};

#endif

}  // namespace adyton::json
