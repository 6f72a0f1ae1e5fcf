#pragma once

#include <bit>
#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json {

/// What of a piece of text is well-formed UTF-8 from its beginning on, and how it goes on there.
struct SoundText {
  enum class Rest { nothing, unfinished, broken };

  std::size_t size = 0;
  /// unfinished: the piece ends within a character, of at most three bytes so far, that the next
  /// piece may complete.
  Rest rest = Rest::nothing;
};
SoundText sound_text(std::string_view piece);

/// The bytes of the character that begins with `lead`; 0 if none does.
std::size_t character_size(char lead);

/// The first byte from `p` on, where a space, tab, newline or carriage return may stand, that is
/// none of these; or `end`.
const char* end_of_space(const char* p, const char* end);

/// The first quote, backslash or control character from `p` on, or `end`. Reads no byte from `end`
/// on.
inline const char* end_of_plain(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1f);
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
    if (mask != 0) return p + std::countr_zero(mask);
  }
#endif
  while (p != end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
  return p;
}

}  // namespace adyton::json
