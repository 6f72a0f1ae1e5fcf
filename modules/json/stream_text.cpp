#include "modules/json/stream_text.h"

#include <algorithm>
#include <bit>

#include "host/base/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json {

std::size_t character_size(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

namespace {

/// How many bytes at the end of the piece begin a character that is not whole.
std::size_t unfinished_size(std::string_view piece) {
  const std::size_t most = std::min<std::size_t>(piece.size(), 3);
  for (std::size_t size = 1; size <= most; ++size) {
    const auto byte = static_cast<unsigned char>(piece[piece.size() - size]);
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return character_size(static_cast<char>(byte)) > size ? size : 0;
  }
  return 0;
}

}  // namespace

SoundText sound_text(std::string_view piece) {
  const std::size_t unfinished = unfinished_size(piece);
  const std::string_view whole = piece.substr(0, piece.size() - unfinished);
  if (is_utf8(whole)) {
    return {whole.size(), unfinished > 0 ? SoundText::Rest::unfinished : SoundText::Rest::nothing};
  }
  std::size_t size = 0;
  while (const std::size_t length = utf8_sequence(whole.substr(size))) size += length;
  return {size, SoundText::Rest::broken};
}

const char* end_of_space(const char* p, const char* end) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (p != end && is_space(*p)) {
    ++p;
#if defined(__SSE2__)
    // Indentation comes in long runs of blanks.
    const __m128i blank = _mm_set1_epi8(' ');
    while (end - p >= 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const auto other =
          static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, blank))) ^ 0xffffu;
      if (other != 0) {
        p += std::countr_zero(other);
        break;
      }
      p += 16;
    }
#endif
  }
  return p;
}

}  // namespace adyton::json
