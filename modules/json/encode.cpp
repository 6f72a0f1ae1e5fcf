#include "modules/json/encode.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>

namespace adyton::json {
namespace {

// The most bytes one unit can become: a pair of \uXXXX escapes.
constexpr std::size_t worst = 12;
// Long strings are written in pieces, so that the worst case is reserved for a piece only.
constexpr std::size_t piece = 4096;

constexpr char hex[] = "0123456789abcdef";

char* put_u(std::uint32_t unit, char* out) {
  *out++ = '\\';
  *out++ = 'u';
  *out++ = hex[unit >> 12];
  *out++ = hex[unit >> 8 & 15];
  *out++ = hex[unit >> 4 & 15];
  *out++ = hex[unit & 15];
  return out;
}

/// The letter of a two-character escape; NUL if the character has none.
char short_escape(std::uint32_t c) {
  switch (c) {
    case '"':
    case '\\':
      return static_cast<char>(c);
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

/// Writes an ASCII character that needs an escape.
char* put_escape(std::uint32_t c, char* out) {
  if (const char letter = short_escape(c)) {
    *out++ = '\\';
    *out++ = letter;
    return out;
  }
  return put_u(c, out);
}

bool is_surrogate(std::uint32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

/// How the characters of a string are written: Ascii or Utf8. `plain(c)`: as the one byte it is.
struct Ascii {
  static constexpr bool plain(std::uint32_t c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  }
  /// Never null.
  static char* put(std::uint32_t c, char* out, Surrogates) {
    if (c < 0x80) return put_escape(c, out);
    if (c < 0x10000) return put_u(c, out);
    out = put_u(0xD800 + ((c - 0x10000) >> 10), out);
    return put_u(0xDC00 + ((c - 0x10000) & 0x3FF), out);
  }
#if defined(__SSE2__)
  static __m128i not_plain(__m128i block) {
    // Signed: the bytes over 0x7E are DEL and those that read as negative.
    const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
    return _mm_or_si128(low, _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F)));
  }
#endif
};

struct Utf8 {
  static constexpr bool plain(std::uint32_t c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
  }
  /// Null if a surrogate is rejected.
  static char* put(std::uint32_t c, char* out, Surrogates surrogates) {
    if (c < 0x80) return put_escape(c, out);
    if (c >= 0x10000) {
      *out++ = static_cast<char>(0xF0 | c >> 18);
      *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
      *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    } else if (c >= 0x800) {
      if (surrogates == Surrogates::reject && is_surrogate(c)) return nullptr;
      *out++ = static_cast<char>(0xE0 | c >> 12);
      *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    } else {
      *out++ = static_cast<char>(0xC0 | c >> 6);
    }
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
    return out;
  }
#if defined(__SSE2__)
  static __m128i not_plain(__m128i block) {
    return _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
  }
#endif
};

#if defined(__SSE2__)
/// Copies plain bytes from `p` on, up to 16 at a time, until one that is not plain or `end`; moves
/// both. `out` has room for 16 bytes more than it needs.
template <class Form>
void copy_plain(const std::uint8_t*& p, const std::uint8_t* end, char*& out) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  while (end - p >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    const __m128i special =
        _mm_or_si128(Form::not_plain(block),
                     _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const auto stop = static_cast<unsigned>(_mm_movemask_epi8(special));
    const int run = stop == 0 ? 16 : std::countr_zero(stop);
    p += run;
    out += run;
    if (stop != 0) return;
  }
  while (p != end && Form::plain(*p)) *out++ = static_cast<char>(*p++);
}
#endif

template <class Form, class Char>
void copy_plain(const Char*& p, const Char* end, char*& out) {
  while (p != end && Form::plain(*p)) *out++ = static_cast<char>(*p++);
}

/// `out` has room for the worst case of [p, end) and 16 bytes more.
template <class Form, class Char>
char* put_piece(const Char* p, const Char* end, char* out, Surrogates surrogates) {
  while (true) {
    copy_plain<Form>(p, end, out);
    if (p == end) return out;
    out = Form::put(*p++, out, surrogates);
    if (out == nullptr) return nullptr;
  }
}

template <class Form, class Char>
bool put_string(Buffer& out, std::span<const Char> text, Surrogates surrogates) {
  const Char* p = text.data();
  const Char* const end = p + text.size();
  out.put('"');
  do {
    const auto size = std::min(piece, static_cast<std::size_t>(end - p));
    out.reserve(size * worst + 17);
    char* cursor = put_piece<Form>(p, p + size, out.cursor(), surrogates);
    if (cursor == nullptr) return false;
    out.advance_to(cursor);
    p += size;
  } while (p != end);
  out.put('"');
  return true;
}

}  // namespace

template <class Char>
void put_string_ascii(Buffer& out, std::span<const Char> text) {
  put_string<Ascii>(out, text, Surrogates::pass);
}

template <class Char>
bool put_string_utf8(Buffer& out, std::span<const Char> text, Surrogates surrogates) {
  return put_string<Utf8>(out, text, surrogates);
}

template void put_string_ascii(Buffer&, std::span<const std::uint8_t>);
template void put_string_ascii(Buffer&, std::span<const std::uint16_t>);
template void put_string_ascii(Buffer&, std::span<const std::uint32_t>);
template bool put_string_utf8(Buffer&, std::span<const std::uint8_t>, Surrogates);
template bool put_string_utf8(Buffer&, std::span<const std::uint16_t>, Surrogates);
template bool put_string_utf8(Buffer&, std::span<const std::uint32_t>, Surrogates);

}  // namespace adyton::json
