#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json {

// Moving over text that is known to be valid JSON, with scan_padding readable bytes behind
// it: nothing is checked, so nothing can fail. Each function takes an offset and returns the next
// one.

namespace detail::skim {

inline constexpr std::uint64_t low_bits = 0x0101010101010101;
inline constexpr std::uint64_t high_bits = 0x8080808080808080;

inline std::uint64_t load_word(const char* text) {
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  return word;
}

/// The high bit of every byte of `word` that is `c`. Bytes above the first of them may be marked by
/// mistake; the first is right.
inline std::uint64_t marks(std::uint64_t word, char c) {
  const std::uint64_t rest = word ^ (low_bits * static_cast<unsigned char>(c));
  return (rest - low_bits) & ~rest & high_bits;
}

inline std::size_t first_mark(std::uint64_t found) {
  static_assert(std::endian::native == std::endian::little);
  return static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

}  // namespace detail::skim

inline std::size_t skim_space(const char* text, std::size_t at) {
  while (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') ++at;
  return at;
}

/// From the opening quote to behind the closing one. `escaped` becomes true if a backslash was met.
inline std::size_t skim_string(const char* text, std::size_t at, bool& escaped) {
  for (++at;;) {
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')))));
    if (found == 0) {
      at += 16;
      continue;
    }
    at += static_cast<std::size_t>(std::countr_zero(found));
#else
    const std::uint64_t word = detail::skim::load_word(text + at);
    const std::uint64_t found = detail::skim::marks(word, '"') | detail::skim::marks(word, '\\');
    if (found == 0) {
      at += 8;
      continue;
    }
    at += detail::skim::first_mark(found);
#endif
    if (text[at] == '"') return at + 1;
    escaped = true;
    at += 2;
  }
}

/// From the opening bracket to behind the one that closes it.
inline std::size_t skim_container(const char* text, std::size_t at) {
  constexpr std::uint64_t case_bits =
      detail::skim::low_bits * 0x20;  // '[' | 0x20 is '{', ']' | 0x20 is '}'
  bool escaped = false;
  for (std::size_t open = 0;;) {
    const std::uint64_t word = detail::skim::load_word(text + at);
    const std::uint64_t folded = word | case_bits;
    const std::uint64_t found = detail::skim::marks(word, '"') | detail::skim::marks(folded, '{') |
                                detail::skim::marks(folded, '}');
    if (found == 0) {
      at += 8;
      continue;
    }
    at += detail::skim::first_mark(found);
    switch (text[at]) {
      case '"':
        at = skim_string(text, at, escaped);
        continue;
      case '{':
      case '[':
        ++open;
        break;
      case '}':
      case ']':
        if (--open == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
}

/// From the first byte of a value to behind its last.
inline std::size_t skim_value(const char* text, std::size_t at) {
  bool escaped = false;
  if (text[at] == '"') return skim_string(text, at, escaped);
  if (text[at] == '{' || text[at] == '[') return skim_container(text, at);
  while (text[at] > ' ' && text[at] != ',' && text[at] != ']' && text[at] != '}') ++at;
  return at;
}

}  // namespace adyton::json
