// Checking UTF-8, many bytes at a time.
//
// The vector form classifies each pair of neighbouring bytes by three table look-ups of a nibble
// each (the high and low nibble of the first byte, the high nibble of the second); a bit that
// survives in all three names an error that the pair shows. What a pair cannot show, the third and
// fourth byte of a sequence, is compared with what the bytes two and three places before demand.
// The method is Keiser and Lemire's ("Validating UTF-8 In Less Than One Instruction Per Byte",
// 2021).

#include <cstdint>
#include <cstring>

#include "host/base/cpu.h"
#include "host/base/text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace adyton {

std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  if (first < 0xf0) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  const unsigned low = first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
  return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
}

namespace {

bool is_utf8_portable(std::string_view text) {
  while (!text.empty()) {
    if (text.size() >= 8) {
      std::uint64_t word;
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

#if defined(__x86_64__)

// What a pair of bytes can show to be wrong.
enum : std::uint8_t {
  too_short = 1 << 0,       // a lead byte, then no continuation
  too_long = 1 << 1,        // ASCII, then a continuation
  overlong_3 = 1 << 2,      // E0, then less than A0
  too_large = 1 << 3,       // F4, then more than 8F, or a lead byte over F4
  surrogate = 1 << 4,       // ED, then more than 9F
  overlong_2 = 1 << 5,      // C0 or C1
  overlong_4 = 1 << 6,      // F0, then less than 90
  too_large_1000 = 1 << 6,  // over F4, then less than 90: shares its bit, no byte can be both
  two_continuations = 1 << 7,
  any_low_nibble = too_short | too_long | two_continuations,
};

#define ADYTON_AVX2 __attribute__((target("avx2")))

ADYTON_AVX2 inline __m256i table(__m128i sixteen, __m256i index) {
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(sixteen), index);
}

ADYTON_AVX2 inline __m256i high_nibbles(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
}

/// The bytes that stand N before each of `bytes`, `before` being the block before.
template <int N>
ADYTON_AVX2 inline __m256i shifted(__m256i bytes, __m256i before) {
  return _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 16 - N);
}

ADYTON_AVX2 inline __m256i pair_errors(__m256i bytes, __m256i previous) {
  constexpr auto rest = static_cast<char>(any_low_nibble);
  constexpr auto large = static_cast<char>(any_low_nibble | too_large | too_large_1000);
  const __m128i first_high =
      _mm_setr_epi8(too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long,
                    static_cast<char>(two_continuations), static_cast<char>(two_continuations),
                    static_cast<char>(two_continuations), static_cast<char>(two_continuations),
                    too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,
                    too_short | too_large | too_large_1000 | overlong_4);
  const __m128i first_low =
      _mm_setr_epi8(static_cast<char>(rest | overlong_3 | overlong_2 | overlong_4),
                    static_cast<char>(rest | overlong_2), rest, rest,
                    static_cast<char>(rest | too_large), large, large, large, large, large, large,
                    large, large, static_cast<char>(large | surrogate), large, large);
  constexpr char continued = static_cast<char>(too_long | overlong_2 | two_continuations);
  const __m128i second_high = _mm_setr_epi8(
      too_short, too_short, too_short, too_short, too_short, too_short, too_short, too_short,
      static_cast<char>(continued | overlong_3 | too_large_1000 | overlong_4),
      static_cast<char>(continued | overlong_3 | too_large),
      static_cast<char>(continued | surrogate | too_large),
      static_cast<char>(continued | surrogate | too_large), too_short, too_short, too_short,
      too_short);
  const __m256i low_nibbles = _mm256_and_si256(previous, _mm256_set1_epi8(0x0f));
  return _mm256_and_si256(
      _mm256_and_si256(table(first_high, high_nibbles(previous)), table(first_low, low_nibbles)),
      table(second_high, high_nibbles(bytes)));
}

/// The errors of a block, given the one before.
ADYTON_AVX2 inline __m256i block_errors(__m256i bytes, __m256i before) {
  const __m256i pairs = pair_errors(bytes, shifted<1>(bytes, before));
  // 80 where the byte two before begins at least three, or the one three before four.
  const __m256i third = _mm256_subs_epu8(shifted<2>(bytes, before), _mm256_set1_epi8(0xe0 - 0x80));
  const __m256i fourth =
      _mm256_subs_epu8(shifted<3>(bytes, before), _mm256_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m256i demanded =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  // Two continuations in a row are an error just where they are not demanded.
  return _mm256_xor_si256(demanded, pairs);
}

/// Not zero where the block ends within a sequence.
ADYTON_AVX2 inline __m256i unfinished(__m256i bytes) {
  constexpr char any = -1;
  const __m256i most =
      _mm256_setr_epi8(any, any, any, any, any, any, any, any, any, any, any, any, any, any, any,
                       any, any, any, any, any, any, any, any, any, any, any, any, any, any,
                       static_cast<char>(0xef), static_cast<char>(0xdf), static_cast<char>(0xbf));
  return _mm256_subs_epu8(bytes, most);
}

ADYTON_AVX2 bool is_utf8_avx2(std::string_view text) {
  __m256i errors = _mm256_setzero_si256();
  __m256i before = _mm256_setzero_si256();
  const auto take = [&](const void* block) __attribute__((target("avx2"))) {
    const __m256i bytes = _mm256_loadu_si256(static_cast<const __m256i*>(block));
    if (_mm256_movemask_epi8(bytes) == 0) {
      errors = _mm256_or_si256(errors, unfinished(before));
    } else {
      errors = _mm256_or_si256(errors, block_errors(bytes, before));
    }
    before = bytes;
  };
  constexpr std::size_t block = sizeof(__m256i);
  for (; text.size() >= 2 * block; text.remove_prefix(2 * block)) {
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data()));
    const __m256i second =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + block));
    if (_mm256_movemask_epi8(_mm256_or_si256(first, second)) == 0) {
      errors = _mm256_or_si256(errors, unfinished(before));
    } else {
      errors = _mm256_or_si256(errors, block_errors(first, before));
      errors = _mm256_or_si256(errors, block_errors(second, first));
    }
    before = second;
  }
  for (; text.size() >= block; text.remove_prefix(block)) take(text.data());
  char last[block] = {};
  if (!text.empty()) std::memcpy(last, text.data(), text.size());
  take(last);
  return _mm256_testz_si256(errors, errors) != 0 &&
         _mm256_testz_si256(unfinished(before), unfinished(before)) != 0;
}

#endif

}  // namespace

bool is_utf8(std::string_view text) {
#if defined(__x86_64__)
  constexpr std::size_t worthwhile = 32;
  if (text.size() >= worthwhile && vector_level() >= VectorLevel::avx2) return is_utf8_avx2(text);
#endif
  return is_utf8_portable(text);
}

}  // namespace adyton
