#include "modules/json/read_decimal.h"

#include <array>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "modules/json/nearest_double.h"
#include "modules/json/read_number.h"

namespace adyton::json {
namespace {

constexpr unsigned most_digits = 19;

/// Where a decimal has its digits.
struct Place {
  unsigned sign = 0;    // characters before them
  unsigned whole = 0;   // before the point
  unsigned digits = 0;  // before and behind the point: 0 if it is none of these
};

[[gnu::always_inline]] inline Place find(const char* const p, std::uint32_t others) {
  const unsigned sign = *p == '-' ? 1 : 0;
  const unsigned first = static_cast<unsigned char>(p[sign]) - unsigned{'0'};
  // A sign counts as a digit to find the end: so the end is known before it is.
  others &= ~std::uint32_t{1};
  const auto point = static_cast<unsigned>(std::countr_zero(others));
  others &= others - 1;
  const auto end = static_cast<unsigned>(std::countr_zero(others));
  const unsigned whole = point - sign;
  const unsigned digits = end - 1 - sign;
  const bool ill_formed = (first > 9) | ((first == 0) & (whole > 1)) | (end == point + 1);
  if (others == 0 || ill_formed || whole > 16 || digits > most_digits) [[unlikely]]
    return {};
  return {sign, whole, digits};
}

/// 32 bytes of which those from `first` on, up to 32, have all bits set, the others none.
[[gnu::always_inline]] inline const char* marks_from(unsigned first) {
  alignas(64) static constexpr auto marks = [] {
    std::array<char, 64> table{};
    for (std::size_t i = 32; i < table.size(); ++i) table[i] = '\xFF';
    return table;
  }();
  return marks.data() + 32 - first;
}

/// The value of a decimal's first 16 digits without the point, which stands behind `whole` of them,
/// 1 to 16; as if zeros stood behind, where there are fewer.
[[gnu::always_inline]] inline std::uint64_t leading_16(const char* p, unsigned whole,
                                                       unsigned digits) {
  const char* const behind_point = marks_from(whole);
  const char* const behind_all = marks_from(digits);
  const auto eight = [&](unsigned at) {
    const std::uint64_t behind = detail::load_8(behind_point + at);
    const std::uint64_t joined =
        (detail::load_8(p + at) & ~behind) | (detail::load_8(p + at + 1) & behind);
    return detail::value_of(joined & ~detail::load_8(behind_all + at), 8);
  };
  return eight(0) * 100'000'000 + eight(8);
}

/// The decimal whose first 16 digits are `leading`.
[[gnu::always_inline]] inline Decimal finish(const char* const p, std::uint32_t others,
                                             const Place& place, std::uint64_t leading) {
  static constexpr std::uint32_t kept[most_digits + 1] = {
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0F, 0x0F0F, 0x0F0F0F};
  // Three digits more, whether they are there or not.
  const auto word =
      static_cast<std::uint32_t>(detail::load_8(p + place.sign + 17)) & kept[place.digits];
  const std::uint32_t two = (word * 10 + (word >> 8)) & 0xFF;
  const std::uint64_t mantissa = leading * 1000 + (two * 10 + (word >> 16));
  int exponent = static_cast<int>(place.whole) - 19;
  unsigned end = place.sign + place.digits + 1;
  if ((p[end] | 0x20) == 'e' && !detail::add_exponent(p, others, end, exponent)) [[unlikely]]
    return {};
  const double value = detail::nearest_double(mantissa, exponent, std::uint64_t{place.sign} << 63);
  if (value != value) [[unlikely]]
    return {};
  return {p + end, value};
}

#if defined(__x86_64__)

#define ADYTON_AVX2 [[gnu::target("avx2,bmi,bmi2")]]

ADYTON_AVX2 [[gnu::always_inline]] inline __m128i load_16(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

ADYTON_AVX2 [[gnu::always_inline]] inline std::uint64_t leading_16_avx2(const char* p,
                                                                        unsigned whole,
                                                                        unsigned digits) {
  const __m128i joined = _mm_blendv_epi8(load_16(p), load_16(p + 1), load_16(marks_from(whole)));
  const __m128i values =
      _mm_andnot_si128(load_16(marks_from(digits)), _mm_sub_epi8(joined, _mm_set1_epi8('0')));
  const __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi16(0x010A));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x0001'0064));
  const __m128i eights =
      _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(0x0001'2710));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xFFFF'FFFF) * 100'000'000 + (both >> 32);
}

#endif

}  // namespace

Decimal read_decimal(const char* p, std::uint32_t others) {
  if constexpr (std::endian::native != std::endian::little) return {};
  const Place place = find(p, others);
  if (place.digits == 0) return {};
  return finish(p, others, place, leading_16(p + place.sign, place.whole, place.digits));
}

#if defined(__x86_64__)
ADYTON_AVX2 Decimal read_decimal_avx2(const char* p, std::uint32_t others) {
  const Place place = find(p, others);
  if (place.digits == 0) return {};
  return finish(p, others, place, leading_16_avx2(p + place.sign, place.whole, place.digits));
}
#endif

}  // namespace adyton::json
