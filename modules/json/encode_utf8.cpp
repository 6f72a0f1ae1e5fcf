#include "modules/json/encode_utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json {
namespace {

#if defined(__SSE2__)
__m128i load(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
void store(char* out, __m128i block) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
}

/// The next 16 characters as bytes, if all of them are ASCII (`ascii`); else of no meaning.
__m128i narrow(const std::uint8_t* p, bool& ascii) {
  const __m128i block = load(p);
  ascii = _mm_movemask_epi8(block) == 0;
  return block;
}

__m128i narrow(const std::uint16_t* p, bool& ascii) {
  const __m128i low = load(p);
  const __m128i high = load(p + 8);
  const __m128i over = _mm_and_si128(_mm_or_si128(low, high), _mm_set1_epi16(~0x7F));
  ascii = _mm_movemask_epi8(_mm_cmpeq_epi16(over, _mm_setzero_si128())) == 0xFFFF;
  return _mm_packus_epi16(low, high);
}

__m128i narrow(const std::uint32_t* p, bool& ascii) {
  const __m128i a = load(p);
  const __m128i b = load(p + 4);
  const __m128i c = load(p + 8);
  const __m128i d = load(p + 12);
  const __m128i all = _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d));
  const __m128i over = _mm_and_si128(all, _mm_set1_epi32(~0x7F));
  ascii = _mm_movemask_epi8(_mm_cmpeq_epi32(over, _mm_setzero_si128())) == 0xFFFF;
  return _mm_packus_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
}

/// Copies ASCII in blocks of 16 until a block is not all ASCII, or too short.
template <class Char>
void copy_ascii(const Char*& p, const Char* end, char*& out) {
  bool ascii = true;
  while (end - p >= 16) {
    const __m128i block = narrow(p, ascii);
    if (!ascii) return;
    store(out, block);
    p += 16;
    out += 16;
  }
}
#else
template <class Char>
void copy_ascii(const Char*&, const Char*, char*&) {}
#endif

char* put(std::uint32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
    return out;
  }
  if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
  }
  *out++ = static_cast<char>(0x80 | (c & 0x3F));
  return out;
}

/// The same of a character of Latin-1, scribbling on two bytes. Which have one cannot be foreseen,
/// so there is no branch, nor anything that the compiler could make one of.
char* put_latin1(std::uint8_t c, char* out) {
  std::uint32_t beyond = 0U - (c >> 7);  // all ones, or zero
  asm("" : "+r"(beyond));
  out[0] = static_cast<char>(((0xC0 | c >> 6) & beyond) | (c & ~beyond));
  out[1] = static_cast<char>(0x80 | (c & 0x3F));
  return out + 1 + (beyond & 1);
}

}  // namespace

template <class Char>
char* encode_utf8(std::span<const Char> text, char* out) {
  const Char* p = text.data();
  const Char* const end = p + text.size();
  while (true) {
    copy_ascii(p, end, out);
    if (p == end) return out;
    // Where there is one character beyond ASCII there are more: a stretch without looking.
    const Char* const stretch = end - p < 16 ? end : p + 16;
    while (p != stretch) {
      if constexpr (sizeof(Char) == 1) {
        out = put_latin1(*p++, out);
      } else {
        out = put(*p++, out);
      }
    }
  }
}

template char* encode_utf8(std::span<const std::uint8_t>, char*);
template char* encode_utf8(std::span<const std::uint16_t>, char*);
template char* encode_utf8(std::span<const std::uint32_t>, char*);

}  // namespace adyton::json
