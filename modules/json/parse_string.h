#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <optional>

#include "modules/json/parse_fault.h"

namespace adyton::json {

/// Whether control characters (below U+0020) may stand in a string as they are.
enum class ControlCharacters : std::uint8_t { reject, accept };

/// The first quote, backslash or control character from `p` on; at the latest `end`, where a NUL is
/// readable. `high` becomes nonzero if a byte over 0x7F was passed.
inline const char* skip_plain(const char* p, const char* end, unsigned& high) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  while (end - p >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
    const __m128i special = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)), control);
    const auto stop = static_cast<unsigned>(_mm_movemask_epi8(special));
    const auto over = static_cast<unsigned>(_mm_movemask_epi8(block));
    if (stop != 0) {
      high |= over & (stop ^ (stop - 1));
      return p + std::countr_zero(stop);
    }
    high |= over;
    p += 16;
  }
#endif
  for (;; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c < 0x20 || c == '"' || c == '\\') return p;
    high |= c & 0x80u;
  }
}

/// Moves `p` from a backslash to the byte after its escape (a surrogate pair is two escapes). If
/// the escape is malformed: why and where; an escape that the end of the text cuts short is a
/// string without an end, which began at `open`.
struct EscapeFault {
  ParseFault fault;
  const char* where;
};
std::optional<EscapeFault> skip_escape(const char*& p, const char* end, const char* open);

}  // namespace adyton::json
