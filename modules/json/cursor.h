#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "modules/json/scan.h"
#include "modules/json/specials.h"

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

/// The first byte from `p` on that is no digit, or `end`.
inline const char* skip_digits(const char* p, const char* end) {
  while (p < end && is_digit(*p)) ++p;
  return p;
}

/// The same, never guessing how many there are, but with a longer way from `p` to the result: good
/// where that is not on the way to all that follows. Looks up to 16 bytes behind `end`.
inline const char* skip_digits_at_once(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i zero = _mm_set1_epi8('0');
  const __m128i nine = _mm_set1_epi8(9);
  for (; p < end; p += 16) {
    const __m128i bytes = _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)), zero);
    const auto digits =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, nine), bytes)));
    if (digits != 0xffff) {
      p += __builtin_ctz(~digits);
      break;
    }
  }
  return p < end ? p : end;
#else
  return skip_digits(p, end);
#endif
}

/// The first byte from `p` on that is no white space, or `end`. Looks up to 16 bytes behind `end`.
inline const char* skip_spaces_at_once(const char* p, const char* end) {
#if defined(__SSE2__)
  for (; p < end; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i blanks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    const __m128i others = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')),
                                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    const auto spaces = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(blanks, others)));
    if (spaces != 0xffff) {
      p += __builtin_ctz(~spaces);
      break;
    }
  }
  return p < end ? p : end;
#else
  while (p < end && is_space(*p)) ++p;
  return p;
#endif
}

/// The containers that are open, for Cursor::nested(): one bit for each, set for an object.
class OpenBits {
 public:
  static constexpr const char* too_deep = "nested more than 1024 deep";

  /// `depth` containers are open around the value.
  explicit OpenBits(unsigned depth) : around_(depth), open_(depth) {}

  /// One more begins; false if that is too many.
  bool open(const char*, bool object) {
    if (open_ == max_depth) return false;
    const std::uint64_t bit = std::uint64_t{1} << (open_ % 64);
    objects_[open_ / 64] = object ? objects_[open_ / 64] | bit : objects_[open_ / 64] & ~bit;
    ++open_;
    return true;
  }
  /// The innermost one ends, as the byte before tells; true if it was the first.
  bool close(const char*) { return --open_ == around_; }
  /// What the innermost one is.
  bool object() const { return (objects_[(open_ - 1) / 64] >> ((open_ - 1) % 64) & 1) != 0; }

 private:
  std::array<std::uint64_t, max_depth / 64> objects_;
  unsigned around_;
  unsigned open_;
};

/// The grammar of RFC 8259 over the bytes from `begin` to `end`, as functions that take where
/// something begins and give where it ends, or nullptr with `fault` set. Internal to the scanner
/// and the locator. What it needs from byte to byte, a pointer and a place among the special bytes,
/// is in the caller's registers: where a function takes no place, the cursor keeps it. Looks up to
/// scan_padding bytes behind `end`.
template <class Specials>
class Cursor {
 public:
  using Place = typename Specials::Place;

  Cursor(const char* begin, const char* end) : begin_(begin), end_(end), specials_(begin, end) {}

  const Fault& fault() const { return fault_; }
  const char* begin() const { return begin_; }
  const char* end() const { return end_; }

  [[gnu::noinline, gnu::cold]] const char* fail(const char* at, const char* message) {
    fault_ = {static_cast<std::size_t>(at - begin_), message};
    return nullptr;
  }

  bool at(const char* p, char c) const { return p < end_ && *p == c; }

  const char* space(const char* p) const {
    if (static_cast<unsigned char>(*p) > ' ') return p;
    // A blank behind a colon or a comma; else as a rule a line's end and its indentation.
    if (static_cast<unsigned char>(p[1]) > ' ' && p < end_ && is_space(*p)) return p + 1;
    return skip_spaces_at_once(p, end_);
  }

  /// `p` is at the opening quote. Sets `escaped` if there is a backslash, else leaves it.
  const char* string(const char* p, bool& escaped) {
    Place place = specials_.place();
    p = string(p, escaped, place);
    specials_.set_place(place);
    return p;
  }

  /// A member's key, the colon behind it, and the space around that: gives where the value begins.
  const char* key(const char* p, const char*& key_end, bool& escaped) {
    Place place = specials_.place();
    p = key(p, key_end, escaped, place);
    specials_.set_place(place);
    return p;
  }

  const char* value(const char* p, unsigned depth) {
    Place place = specials_.place();
    p = value(p, depth, place);
    specials_.set_place(place);
    return p;
  }

  /// The container that begins at `p`, without recursion, whatever the text nests. `nest` keeps
  /// which containers are open: an OpenBits, or what is as one.
  template <class Nest>
  [[gnu::always_inline]] inline const char* nested(const char* p, Nest& nest, Place& place);

  Place place() const { return specials_.place(); }
  void set_place(Place place) { specials_.set_place(place); }
  /// The caller knows the string whose closing quote is at `quote`, and has passed it.
  void passed(const char* quote, Place& place) const { specials_.passed(quote, place); }

  [[gnu::always_inline]] inline const char* value(const char* p, unsigned depth, Place& place) {
    if (at(p, '"')) {
      bool escaped = false;
      return string(p, escaped, place);
    }
    if (!at(p, '{') && !at(p, '[')) return scalar(p, place);
    specials_.set_place(place);
    p = container(p, depth);
    place = specials_.place();
    return p;
  }

  /// Any value but a container.
  [[gnu::always_inline]] inline const char* scalar(const char* p, Place& place);

  [[gnu::always_inline]] inline const char* string(const char* p, bool& escaped, Place& place) {
    p = specials_.from(p + 1, place);
    if (at(p, '"')) [[likely]]
      return p + 1;
    specials_.set_place(place);
    p = rest_of_string(p, escaped);
    place = specials_.place();
    return p;
  }

  [[gnu::always_inline]] inline const char* key(const char* p, const char*& key_end, bool& escaped,
                                                Place& place) {
    if (!at(p, '"')) return fail(p, "expected a key in double quotes");
    p = string(p, escaped, place);
    if (p == nullptr) return nullptr;
    key_end = p;
    p = space(p);
    if (!at(p, ':')) return fail(p, "expected a colon after the key");
    return space(p + 1);
  }

 private:
  const char* escape(const char* p);
  const char* rest_of_string(const char* p, bool& escaped);
  [[gnu::always_inline]] inline const char* number(const char* p);
  [[gnu::always_inline]] inline const char* literal(const char* p);
  const char* container(const char* p, unsigned depth);

  /// A member's key: gives where its value begins.
  [[gnu::always_inline]] inline const char* member(const char* p, Place& place) {
    const char* key_end;
    bool escaped = false;
    return key(p, key_end, escaped, place);
  }

  const char* begin_;
  const char* end_;
  Fault fault_;
  Specials specials_;
};

template <class Specials>
inline const char* Cursor<Specials>::number(const char* p) {
  const auto digits = [this](const char* q) {
    return Specials::looks_ahead ? skip_digits_at_once(q, end_) : skip_digits(q, end_);
  };
  if (*p == '-') ++p;
  if (p >= end_ || !is_digit(*p)) return fail(p, "expected a digit");
  p = *p == '0' ? p + 1 : digits(p);
  if (at(p, '.')) {
    const char* const fraction = p + 1;
    p = digits(fraction);
    if (p == fraction) return fail(p, "expected a digit after the decimal point");
  }
  if (at(p, 'e') || at(p, 'E')) {
    ++p;
    if (at(p, '+') || at(p, '-')) ++p;
    const char* const exponent = p;
    p = digits(exponent);
    if (p == exponent) return fail(p, "expected a digit in the exponent");
  }
  return p;
}

template <class Specials>
inline const char* Cursor<Specials>::literal(const char* p) {
  // The padding lets four bytes be read at once, and one comparison do for two words.
  std::uint32_t word;
  std::memcpy(&word, p, sizeof word);
  const auto is = [word](const char* text) {
    std::uint32_t other;
    std::memcpy(&other, text, sizeof other);
    return static_cast<unsigned>(word == other);
  };
  if ((is("true") | is("null")) != 0) {
    if (p + 4 <= end_) return p + 4;
  } else if (is("fals") != 0 && p + 5 <= end_ && p[4] == 'e') {
    return p + 5;
  }
  return fail(p, "expected a value");
}

template <class Specials>
inline const char* Cursor<Specials>::scalar(const char* p, Place& place) {
  if (p >= end_) return fail(p, "expected a value");
  if (*p == '"') {
    bool escaped = false;
    return string(p, escaped, place);
  }
  return *p == '-' || is_digit(*p) ? number(p) : literal(p);
}

template <class Specials>
template <class Nest>
inline const char* Cursor<Specials>::nested(const char* p, Nest& nest, Place& place) {
  bool object = false;  // what the innermost one is
  for (;;) {
    // At a value.
    if (p < end_ && (*p == '{' || *p == '[')) {
      object = *p == '{';
      if (!nest.open(p, object)) return fail(p, Nest::too_deep);
      p = space(p + 1);
      if (!at(p, object ? '}' : ']')) {
        if (object && (p = member(p, place)) == nullptr) return nullptr;
        continue;
      }
    } else {
      p = scalar(p, place);
      if (p == nullptr) return nullptr;
      p = space(p);
    }
    // Behind a value: close what it ends, or go on to the next member or element.
    while (!at(p, ',')) {
      if (!at(p, object ? '}' : ']')) {
        return fail(p, object ? "expected a comma or a closing brace"
                              : "expected a comma or a closing bracket");
      }
      if (nest.close(p + 1)) return p + 1;
      object = nest.object();
      p = space(p + 1);
    }
    p = space(p + 1);
    if (object && (p = member(p, place)) == nullptr) return nullptr;
  }
}

}  // namespace adyton::json::detail
