#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "modules/json/always_inline.h"

namespace adyton::json::detail {

/// Eight times the character '0'.
inline constexpr std::uint64_t zeros = 0x3030303030303030u;

#if defined(__AVX512IFMA__) && defined(__AVX512VBMI__)

/// For each of 8 digits 2^52 over the power of ten above it, so that the lowest 52 bits of the
/// product with a number are the fraction that begins with that digit. Rounded up, or down and then
/// made up for, by so little that no digit of any number below 10^8 changes.
struct alignas(64) DigitFactors {
  std::uint64_t factors[8] = {45035996,     450359963,     4503599628,     45035996274,
                              450359962738, 4503599627371, 45035996273705, 450359962737050};
  std::uint64_t addends[8] = {28'000'000, 0, 0, 0, 0, 0, 0, 0};
  std::uint64_t tens[8] = {10, 10, 10, 10, 10, 10, 10, 10};
  std::uint8_t lowest[16] = {0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120};
};
inline constexpr DigitFactors digit_factors;

/// The 8 decimal digits of a number below 10^8, a byte each, the first in the lowest byte.
ADYTON_ALWAYS_INLINE std::uint64_t digits_of_8(std::uint64_t number) {
  const __m512i fractions = _mm512_madd52lo_epu64(_mm512_load_si512(digit_factors.addends),
                                                  _mm512_set1_epi64(static_cast<long long>(number)),
                                                  _mm512_load_si512(digit_factors.factors));
  const __m512i digits = _mm512_madd52hi_epu64(_mm512_setzero_si512(), fractions,
                                               _mm512_load_si512(digit_factors.tens));
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_cvtepi64_epi8(digits)));
}

/// The 16 digits of two numbers below 10^8, by multiplication of 52 bits.
ADYTON_ALWAYS_INLINE __m128i digits_of_16(std::uint64_t first, std::uint64_t second) {
  const __m512i factors = _mm512_load_si512(digit_factors.factors);
  const __m512i addends = _mm512_load_si512(digit_factors.addends);
  const __m512i tens = _mm512_load_si512(digit_factors.tens);
  const __m512i none = _mm512_setzero_si512();
  const __m512i a =
      _mm512_madd52lo_epu64(addends, _mm512_set1_epi64(static_cast<long long>(first)), factors);
  const __m512i b =
      _mm512_madd52lo_epu64(addends, _mm512_set1_epi64(static_cast<long long>(second)), factors);
  const __m512i lowest = _mm512_castsi128_si512(
      _mm_load_si128(reinterpret_cast<const __m128i*>(digit_factors.lowest)));
  return _mm512_castsi512_si128(_mm512_permutex2var_epi8(
      _mm512_madd52hi_epu64(none, a, tens), lowest, _mm512_madd52hi_epu64(none, b, tens)));
}

#else

/// The 8 decimal digits of a number below 10^8, a byte each, the first in the lowest byte: halves,
/// then quarters, then digits, all at once. Division by 100 and 10 is multiplication by a rounded
/// reciprocal, exact for numbers as small as these.
ADYTON_ALWAYS_INLINE std::uint64_t digits_of_8(std::uint64_t number) {
  const std::uint64_t upper = (number * 109951163) >> 40;
  const std::uint64_t fours = upper | (number - upper * 10'000) << 32;
  const std::uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007f0000007fu;
  const std::uint64_t pairs = hundreds | (fours - hundreds * 100) << 16;
  const std::uint64_t tens = (pairs * 103 >> 10) & 0x000f000f000f000fu;
  return tens | (pairs - tens * 10) << 8;
}

#if defined(__SSE2__)

/// Factors in memory, and not known to the compiler, which would make them anew for each number and
/// multiply by shifting and adding, one after the other.
struct alignas(16) DigitLanes {
  std::uint64_t per_10000[2];
  std::uint64_t ten_thousand[2];
  std::uint16_t per_100[8];
  std::uint16_t hundred[8];
  std::uint16_t per_10[8];
  std::uint16_t ten[8];
};
extern const DigitLanes digit_lanes;

ADYTON_ALWAYS_INLINE __m128i lanes(const void* factors) {
  return _mm_load_si128(static_cast<const __m128i*>(factors));
}

/// The 16 digits of two numbers below 10^8, in the same way.
ADYTON_ALWAYS_INLINE __m128i digits_of_16(std::uint64_t first, std::uint64_t second) {
  const __m128i eights =
      _mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first));
  const __m128i upper = _mm_srli_epi64(_mm_mul_epu32(eights, lanes(digit_lanes.per_10000)), 40);
  const __m128i lower =
      _mm_sub_epi64(eights, _mm_mul_epu32(upper, lanes(digit_lanes.ten_thousand)));
  const __m128i fours = _mm_or_si128(upper, _mm_slli_epi64(lower, 32));
  const __m128i hundreds = _mm_srli_epi16(_mm_mulhi_epu16(fours, lanes(digit_lanes.per_100)), 3);
  const __m128i ones = _mm_sub_epi16(fours, _mm_mullo_epi16(hundreds, lanes(digit_lanes.hundred)));
  const __m128i pairs = _mm_or_si128(hundreds, _mm_slli_epi32(ones, 16));
  const __m128i tens = _mm_mulhi_epu16(pairs, lanes(digit_lanes.per_10));
  const __m128i units = _mm_sub_epi16(pairs, _mm_mullo_epi16(tens, lanes(digit_lanes.ten)));
  return _mm_or_si128(tens, _mm_slli_epi16(units, 8));
}

#endif
#endif

/// Writes the 4 bytes of `word`, the lowest first.
ADYTON_ALWAYS_INLINE void store_4(char* out, std::uint32_t word) {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
  std::memcpy(out, &word, sizeof word);
}

/// Writes the 8 bytes of `word`, the lowest first.
ADYTON_ALWAYS_INLINE void store_8(char* out, std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  std::memcpy(out, &word, sizeof word);
}

}  // namespace adyton::json::detail
