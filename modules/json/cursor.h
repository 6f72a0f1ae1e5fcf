#pragma once

#include <cstdint>
#include <cstring>

#include "modules/json/scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json::detail {

inline bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_hex(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

/// The grammar of RFC 8259 over the bytes from `begin` to `end`, as functions that take where
/// something begins and give where it ends, or nullptr with `fault` set. Internal to the scanner
/// and the locator, which keep it in registers. Looks up to scan_padding bytes behind `end`.
class Cursor {
 public:
  Cursor(const char* begin, const char* end) : begin_(begin), end_(end) {}

  const Fault& fault() const { return fault_; }
  const char* begin() const { return begin_; }
  const char* end() const { return end_; }

  const char* fail(const char* at, const char* message) {
    fault_ = {static_cast<std::size_t>(at - begin_), message};
    return nullptr;
  }

  bool at(const char* p, char c) const { return p < end_ && *p == c; }

  const char* space(const char* p) const {
    if (static_cast<unsigned char>(*p) > ' ') return p;
    while (p < end_ && is_space(*p)) ++p;
    return p;
  }

  /// `p` is at the opening quote. Sets `escaped` if there is a backslash, else leaves it.
  const char* string(const char* p, bool& escaped) {
    ++p;
    for (;;) {
      p = special(p);
      if (p >= end_) return fail(end_, "the string is not closed");
      if (*p == '"') return p + 1;
      if (*p != '\\') return fail(p, "a control character in a string must be escaped");
      escaped = true;
      p = escape(p);
      if (p == nullptr) return nullptr;
    }
  }

  /// A member's key, the colon behind it, and the space around that: gives where the value begins.
  const char* key(const char* p, const char*& key_end, bool& escaped) {
    if (!at(p, '"')) return fail(p, "expected a key in double quotes");
    p = string(p, escaped);
    if (p == nullptr) return nullptr;
    key_end = p;
    p = space(p);
    if (!at(p, ':')) return fail(p, "expected a colon after the key");
    return space(p + 1);
  }

  const char* value(const char* p, unsigned depth) {
    if (p < end_ && *p == '"') {
      bool escaped = false;
      return string(p, escaped);
    }
    return other_value(p, depth);
  }

 private:
  /// The first byte from `p` that a string cannot hold as it is, or something not before end.
  const char* special(const char* p) const {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (; p < end_; p += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i hits =
          _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                       _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
      if (mask != 0) return p + __builtin_ctz(mask);
    }
    return p;
#else
    while (p < end_ && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
    return p;
#endif
  }

  const char* escape(const char* p);
  [[gnu::always_inline]] inline const char* number(const char* p);
  [[gnu::always_inline]] inline const char* literal(const char* p);
  [[gnu::always_inline]] inline const char* scalar(const char* p);
  const char* other_value(const char* p, unsigned depth);

  /// A member's key: gives where its value begins.
  const char* member(const char* p) {
    const char* key_end;
    bool escaped = false;
    return key(p, key_end, escaped);
  }

  const char* begin_;
  const char* end_;
  Fault fault_;
};

}  // namespace adyton::json::detail
