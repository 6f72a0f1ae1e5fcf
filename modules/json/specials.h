#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json::detail {

// The special bytes of a text are those that end a run of a string's plain characters: quotes,
// backslashes and control characters. There are two ways to find the next one, with one interface;
// both look up to scan_padding bytes behind the text's end.

/// Looks from where the reader stands. Nothing to set up: for short texts.
class NearbySpecials {
 public:
  static constexpr bool looks_ahead = false;

  NearbySpecials(const char*, const char* end) : end_(end) {}

  /// What a reader keeps in a register between two questions: nothing.
  struct Place {};
  Place place() const { return {}; }
  void set_place(Place) {}

  /// The reader has passed a string without asking; its closing quote is at `quote`.
  void passed(const char*, Place) const {}

  /// The first special byte from `p` on, or something not before the text's end.
  const char* from(const char* p, Place) const {
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

 private:
  const char* end_;
};

/// Looks through the text ahead of the reader, a window at a time, and keeps an index. So a
/// string's end does not wait for its beginning: reading is bound by the processor's width, not by
/// the latency of finding one quote after the other. Needs vector instructions: see usable().
class IndexedSpecials {
 public:
  static constexpr bool looks_ahead = true;

  /// The processor can do it, and it is worth while for a text of this size.
  static bool usable(std::size_t text_size);

  IndexedSpecials(const char* begin, const char* end) : begin_(begin), end_(end) {
    end_index(index_.data());
  }
  IndexedSpecials(const IndexedSpecials&) = delete;
  IndexedSpecials& operator=(const IndexedSpecials&) = delete;

  /// Where in the index a reader stands.
  using Place = const std::uint32_t*;
  Place place() const { return place_; }
  void set_place(Place place) { place_ = place; }

  void passed(const char* quote, Place& place) const {
    // From this place on, from() finds the next string at once; from another it would yet find it.
    if (place[2] == static_cast<std::uint32_t>(quote - begin_)) [[likely]]
      place += 2;
  }

  /// The first special byte from `p` on, or something not before the text's end. `p` never goes
  /// back; it is behind the text's first byte.
  [[gnu::always_inline]] const char* from(const char* p, Place& place) {
    const auto offset = static_cast<std::uint32_t>(p - begin_);
    // As a rule a string follows a string: the next entry is its opening quote, just before `p`.
    if (place[1] == offset - 1) [[likely]] {
      place += 2;
    } else {
      while (*place < offset) ++place;
    }
    if (*place == none) [[unlikely]]
      place = look_ahead(p);
    return begin_ + *place;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  static constexpr std::size_t window = 4096;

  Place look_ahead(const char* p);
  static void end_index(std::uint32_t* last) { last[0] = last[1] = last[2] = none; }

  const char* begin_;
  const char* end_;
  const char* indexed_ = begin_;  // up to here
  // Offsets, then `none` thrice: as far as from() looks. Vectors are written whole.
  std::array<std::uint32_t, window + 64> index_;
  Place place_ = index_.data();
};

}  // namespace adyton::json::detail
