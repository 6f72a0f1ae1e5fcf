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

std::size_t utf8_prefix(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t length = utf8_sequence(text.substr(size));
    if (length == 0) break;
    size += length;
  }
  return size;
}

namespace {

/// Asks for the bytes that are looked at some steps later: a long text comes from far away, and the
/// check is faster than what the processor fetches by itself.
inline void fetch_ahead(std::string_view text, std::size_t bytes) {
  constexpr std::size_t far = 4096;
  if (text.size() < far + bytes) return;
  for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(text.data() + far + i);
}

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

// The three tables, by the nibbles of a pair.

inline __m128i first_high_errors() {
  constexpr char continuation = static_cast<char>(two_continuations);
  return _mm_setr_epi8(too_long, too_long, too_long, too_long, too_long, too_long, too_long,
                       too_long, continuation, continuation, continuation, continuation,
                       too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,
                       too_short | too_large | too_large_1000 | overlong_4);
}

inline __m128i first_low_errors() {
  constexpr auto rest = static_cast<char>(any_low_nibble);
  constexpr auto large = static_cast<char>(any_low_nibble | too_large | too_large_1000);
  return _mm_setr_epi8(static_cast<char>(rest | overlong_3 | overlong_2 | overlong_4),
                       static_cast<char>(rest | overlong_2), rest, rest,
                       static_cast<char>(rest | too_large), large, large, large, large, large,
                       large, large, large, static_cast<char>(large | surrogate), large, large);
}

inline __m128i second_high_errors() {
  constexpr char continued = static_cast<char>(too_long | overlong_2 | two_continuations);
  return _mm_setr_epi8(too_short, too_short, too_short, too_short, too_short, too_short, too_short,
                       too_short,
                       static_cast<char>(continued | overlong_3 | too_large_1000 | overlong_4),
                       static_cast<char>(continued | overlong_3 | too_large),
                       static_cast<char>(continued | surrogate | too_large),
                       static_cast<char>(continued | surrogate | too_large), too_short, too_short,
                       too_short, too_short);
}

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
  const __m256i low_nibbles = _mm256_and_si256(previous, _mm256_set1_epi8(0x0f));
  return _mm256_and_si256(_mm256_and_si256(table(first_high_errors(), high_nibbles(previous)),
                                           table(first_low_errors(), low_nibbles)),
                          table(second_high_errors(), high_nibbles(bytes)));
}

/// The errors of a block, given the bytes that stand one, two and three before each of its own.
ADYTON_AVX2 inline __m256i block_errors(__m256i bytes, __m256i one, __m256i two, __m256i three) {
  const __m256i pairs = pair_errors(bytes, one);
  // 80 where the byte two before begins at least three, or the one three before four.
  const __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8(0xe0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m256i demanded =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  // Two continuations in a row are an error just where they are not demanded.
  return _mm256_xor_si256(demanded, pairs);
}

/// Given the block before.
ADYTON_AVX2 inline __m256i block_errors(__m256i bytes, __m256i before) {
  return block_errors(bytes, shifted<1>(bytes, before), shifted<2>(bytes, before),
                      shifted<3>(bytes, before));
}

ADYTON_AVX2 inline __m256i load(const char* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
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

/// Of a text that is longer than a block and three bytes.
ADYTON_AVX2 bool is_utf8_avx2(std::string_view text) {
  constexpr std::size_t block = sizeof(__m256i);
  __m256i errors = _mm256_setzero_si256();
  __m256i before = _mm256_setzero_si256();
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; p + 2 * block <= end; p += 2 * block) {
    fetch_ahead({p, end}, 2 * block);
    const __m256i first = load(p);
    const __m256i second = load(p + block);
    if (_mm256_movemask_epi8(_mm256_or_si256(first, second)) == 0) {
      errors = _mm256_or_si256(errors, unfinished(before));
    } else {
      errors = _mm256_or_si256(errors, block_errors(first, before));
      errors = _mm256_or_si256(errors, block_errors(second, first));
    }
    before = second;
  }
  if (p + block <= end) {
    const __m256i bytes = load(p);
    errors = _mm256_or_si256(errors, block_errors(bytes, before));
    p += block;
  }
  // What is left is looked at with some bytes that were before.
  p = end - block;
  errors = _mm256_or_si256(errors, block_errors(load(p), load(p - 1), load(p - 2), load(p - 3)));
  errors = _mm256_or_si256(errors, unfinished(load(p)));
  return _mm256_testz_si256(errors, errors) != 0;
}

#define ADYTON_AVX512 __attribute__((target("avx512f,avx512bw")))

ADYTON_AVX512 inline __m512i table(__m128i sixteen, __m512i index) {
  return _mm512_shuffle_epi8(_mm512_maskz_broadcast_i32x4(0xffff, sixteen), index);
}

ADYTON_AVX512 inline __m512i high_nibbles(__m512i bytes) {
  return _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0f));
}

/// The errors of a block, given the bytes that stand one, two and three before each of its own: as
/// with AVX2.
ADYTON_AVX512 inline __m512i block_errors(__m512i bytes, __m512i one, __m512i two, __m512i three) {
  const __m512i low_nibbles = _mm512_and_si512(one, _mm512_set1_epi8(0x0f));
  const __m512i pairs =
      _mm512_and_si512(_mm512_and_si512(table(first_high_errors(), high_nibbles(one)),
                                        table(first_low_errors(), low_nibbles)),
                       table(second_high_errors(), high_nibbles(bytes)));
  const __m512i third = _mm512_subs_epu8(two, _mm512_set1_epi8(0xe0 - 0x80));
  const __m512i fourth = _mm512_subs_epu8(three, _mm512_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m512i demanded =
      _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8(static_cast<char>(0x80)));
  return _mm512_xor_si512(demanded, pairs);
}

/// Given the block before.
ADYTON_AVX512 inline __m512i block_errors(__m512i bytes, __m512i before) {
  // The lane before each lane of `bytes`.
  const __m512i lanes =
      _mm512_permutex2var_epi64(before, _mm512_setr_epi64(6, 7, 8, 9, 10, 11, 12, 13), bytes);
  return block_errors(bytes, _mm512_alignr_epi8(bytes, lanes, 15),
                      _mm512_alignr_epi8(bytes, lanes, 14), _mm512_alignr_epi8(bytes, lanes, 13));
}

/// Where three bytes before the block can be read, to load them takes less than to shift them.
ADYTON_AVX512 inline __m512i block_errors_at(const char* p) {
  return block_errors(_mm512_loadu_si512(p), _mm512_loadu_si512(p - 1), _mm512_loadu_si512(p - 2),
                      _mm512_loadu_si512(p - 3));
}

/// Not zero where the block ends within a sequence.
ADYTON_AVX512 inline __m512i unfinished(__m512i bytes) {
  // The last byte begins none that goes on, the one before none of three, the one before of four.
  const __m512i most =
      _mm512_set_epi64(static_cast<long long>(0xbfdfefffffffffff), -1, -1, -1, -1, -1, -1, -1);
  return _mm512_subs_epu8(bytes, most);
}

ADYTON_AVX512 bool is_utf8_avx512(std::string_view text) {
  constexpr std::size_t block = sizeof(__m512i);
  __m512i errors = _mm512_setzero_si512();
  __m512i before = _mm512_setzero_si512();
  // One branch for many bytes: in text of several scripts it cannot be foreseen whether a block is
  // all ASCII.
  for (; text.size() >= 4 * block; text.remove_prefix(4 * block)) {
    fetch_ahead(text, 4 * block);
    const __m512i a = _mm512_loadu_si512(text.data());
    const __m512i b = _mm512_loadu_si512(text.data() + block);
    const __m512i c = _mm512_loadu_si512(text.data() + 2 * block);
    const __m512i d = _mm512_loadu_si512(text.data() + 3 * block);
    const __m512i any = _mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d));
    if (_mm512_movepi8_mask(any) == 0) {
      errors = _mm512_or_si512(errors, unfinished(before));
    } else {
      const char* const p = text.data();
      const __m512i first = _mm512_or_si512(block_errors(a, before), block_errors_at(p + block));
      const __m512i second =
          _mm512_or_si512(block_errors_at(p + 2 * block), block_errors_at(p + 3 * block));
      errors = _mm512_or_si512(errors, _mm512_or_si512(first, second));
    }
    before = d;
  }
  for (;;) {
    const std::size_t size = text.size() < block ? text.size() : block;
    const __mmask64 within = size == block ? ~__mmask64{0} : (__mmask64{1} << size) - 1;
    const __m512i bytes = _mm512_maskz_loadu_epi8(within, text.data());
    errors = _mm512_or_si512(errors, block_errors(bytes, before));
    before = bytes;
    // The zeros behind a text that fills no block show whether it ends within a sequence.
    if (size < block) return _mm512_test_epi8_mask(errors, errors) == 0;
    text.remove_prefix(block);
  }
}

#endif

}  // namespace

bool is_utf8(std::string_view text) {
#if defined(__x86_64__)
  constexpr std::size_t worthwhile = 36;
  if (text.size() >= worthwhile) {
    const VectorLevel level = vector_level();
    if (level >= VectorLevel::avx512) return is_utf8_avx512(text);
    if (level >= VectorLevel::avx2) return is_utf8_avx2(text);
  }
#endif
  return is_utf8_portable(text);
}

}  // namespace adyton
