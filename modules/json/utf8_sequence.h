#pragma once

#include <cstdint>

// The bytes of one character beyond ASCII, as its UTF-8 has them.

namespace adyton::json {

inline bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}
inline std::uint32_t low6(char c) {
  return static_cast<std::uint32_t>(c) & 0x3F;
}

/// Reads the UTF-8 sequence at p, which is known to be well formed, moving p behind it.
[[gnu::always_inline]] inline std::uint32_t read_sequence(const char*& p) {
  const auto lead = static_cast<unsigned char>(*p);
  if (lead < 0xE0) {
    p += 2;
    return (lead & 0x1Fu) << 6 | low6(p[-1]);
  }
  if (lead < 0xF0) {
    p += 3;
    return (lead & 0x0Fu) << 12 | low6(p[-2]) << 6 | low6(p[-1]);
  }
  p += 4;
  return (lead & 0x07u) << 18 | low6(p[-3]) << 12 | low6(p[-2]) << 6 | low6(p[-1]);
}

/// Whether the sequence at p is well formed (surrogates pass).
[[gnu::always_inline]] inline bool is_sequence(const char* p, const char* end) {
  const auto lead = static_cast<unsigned char>(*p);
  if (end - p < 2) return false;
  const auto second = static_cast<unsigned char>(p[1]);
  if (lead >= 0xE0 && lead < 0xF0) {
    return end - p >= 3 && is_continuation(p[1]) && is_continuation(p[2]) &&
           (lead != 0xE0 || second >= 0xA0);
  }
  if (lead < 0xE0) return lead >= 0xC2 && is_continuation(p[1]);
  return lead <= 0xF4 && end - p >= 4 && is_continuation(p[1]) && is_continuation(p[2]) &&
         is_continuation(p[3]) && (lead != 0xF0 || second >= 0x90) &&
         (lead != 0xF4 || second <= 0x8F);
}

}  // namespace adyton::json
