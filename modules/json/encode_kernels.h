#pragma once

// How characters become JSON strings, for the vector instructions that the including file is
// compiled for. Everything is in a namespace of that level or exists only inside its callers, so
// that the linker cannot mix levels.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "modules/json/always_inline.h"

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512VBMI__) && \
    defined(__AVX512VBMI2__) && defined(__BMI2__)
#define ADYTON_JSON_LEVEL level_avx512
#elif defined(__AVX2__)
#define ADYTON_JSON_LEVEL level_avx2
#else
#define ADYTON_JSON_LEVEL level_portable
#endif

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace adyton::json::detail {

/// Bytes that are looked for, each as often as a vector holds them.
struct alignas(64) Blocks {
  std::uint8_t quote[64];
  std::uint8_t backslash[64];
  std::uint8_t space[64];
  std::uint8_t del[64];
};

/// In memory, and not known to the compiler: it would make them anew for each string.
extern const Blocks special_bytes;

/// What one byte of Latin-1 is written as.
struct Piece {
  char text[7];
  std::uint8_t size;
};

/// What each character of Latin-1 is written as, for a Form each.
struct Pieces {
  Piece ascii[256];
  Piece utf8[256];
  Piece raw[256];
};
extern const Pieces latin1_pieces;

inline namespace ADYTON_JSON_LEVEL {

/// The most bytes one character can become: a pair of \uXXXX escapes.
inline constexpr std::size_t worst_growth = 12;
/// How far behind its end a string's writer may scribble.
inline constexpr std::size_t scribble = 64;

ADYTON_ALWAYS_INLINE char hex_digit(std::uint32_t value) {
  return static_cast<char>(value < 10 ? '0' + value : 'a' - 10 + value);
}

template <class Unit>
ADYTON_ALWAYS_INLINE Unit* put_hex_escape(std::uint32_t unit, Unit* out) {
  out[0] = '\\';
  out[1] = 'u';
  for (unsigned i = 0; i < 4; ++i) out[2 + i] = hex_digit(unit >> (12 - 4 * i) & 15);
  return out + 6;
}

/// The letter of a two-character escape; NUL if the character has none.
ADYTON_ALWAYS_INLINE char short_escape(std::uint32_t c) {
  if (c == '"' || c == '\\') return static_cast<char>(c);
  constexpr char letters[] = "\0\0\0\0\0\0\0\0btn\0fr";
  return c < sizeof letters ? letters[c] : '\0';
}

/// Writes an ASCII character that needs an escape.
template <class Unit>
ADYTON_ALWAYS_INLINE Unit* put_escape(std::uint32_t c, Unit* out) {
  const char letter = short_escape(c);
  if (letter == '\0') return put_hex_escape(c, out);
  out[0] = '\\';
  out[1] = letter;
  return out + 2;
}

// How the characters of a string are written: `plain`: as the one unit they are; put: otherwise,
// for `reject` null at a surrogate.

/// In ASCII, every other character escaped.
struct Ascii {
  using Unit = char;
  static constexpr bool escapes_delete = true;
  static constexpr bool high_is_plain = false;
  static constexpr bool is_utf8 = false;
  ADYTON_ALWAYS_INLINE static const Piece* pieces() { return latin1_pieces.ascii; }
  ADYTON_ALWAYS_INLINE static bool plain(std::uint32_t c) {
    return c - 0x20 < 0x5F && c != '"' && c != '\\';
  }
  ADYTON_ALWAYS_INLINE static char* put(std::uint32_t c, char* out, bool) {
    if (c < 0x80) return put_escape(c, out);
    if (c < 0x10000) return put_hex_escape(c, out);
    out = put_hex_escape(0xD800 + ((c - 0x10000) >> 10), out);
    return put_hex_escape(0xDC00 + ((c - 0x10000) & 0x3FF), out);
  }
};

/// In UTF-8, only what must be escaped.
struct Utf8 {
  using Unit = char;
  static constexpr bool escapes_delete = false;
  static constexpr bool high_is_plain = false;
  static constexpr bool is_utf8 = true;
  ADYTON_ALWAYS_INLINE static const Piece* pieces() { return latin1_pieces.utf8; }
  ADYTON_ALWAYS_INLINE static bool plain(std::uint32_t c) {
    return c - 0x20 < 0x60 && c != '"' && c != '\\';
  }
  ADYTON_ALWAYS_INLINE static char* put(std::uint32_t c, char* out, bool reject) {
    if (c < 0x80) return put_escape(c, out);
    if (c < 0x800) {
      *out++ = static_cast<char>(0xC0 | c >> 6);
    } else if (c < 0x10000) {
      if (reject && (c & 0xF800) == 0xD800) return nullptr;
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
};

/// As characters, of a type that holds them all, only what must be escaped.
template <class Character>
struct Raw {
  using Unit = Character;
  static constexpr bool escapes_delete = false;
  static constexpr bool high_is_plain = true;
  static constexpr bool is_utf8 = false;
  ADYTON_ALWAYS_INLINE static const Piece* pieces() { return latin1_pieces.raw; }
  ADYTON_ALWAYS_INLINE static bool plain(std::uint32_t c) {
    return c >= 0x20 && c != '"' && c != '\\';
  }
  ADYTON_ALWAYS_INLINE static Unit* put(std::uint32_t c, Unit* out, bool) {
    return put_escape(c, out);
  }
};

// A block of bytes: the bytes that are not plain in it are bits of a mask, `bits_each` of them for
// a byte, the first byte's lowest.

#if defined(__AVX2__)
struct Block {
  static constexpr std::size_t width = 32;
  static constexpr int bits_each = 1;
  using Mask = std::uint32_t;
  __m256i bytes;

  ADYTON_ALWAYS_INLINE static Block load(const std::uint8_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  ADYTON_ALWAYS_INLINE void store(void* out) const {
    _mm256_storeu_si256(static_cast<__m256i*>(out), bytes);
  }
  /// Bytes over 0x7F are not plain either.
  template <class Form>
  ADYTON_ALWAYS_INLINE Mask special() const {
    __m256i hits = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                   _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
    const __m256i least = _mm256_set1_epi8(0x20);
    const __m256i small =
        Form::high_is_plain
            ? _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes)
            : _mm256_cmpgt_epi8(least, bytes);
    hits = _mm256_or_si256(hits, small);
    if constexpr (Form::escapes_delete) {
      hits = _mm256_or_si256(hits, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7F)));
    }
    return static_cast<Mask>(_mm256_movemask_epi8(hits));
  }
};
#elif defined(__SSE2__)
struct Block {
  static constexpr std::size_t width = 16;
  static constexpr int bits_each = 1;
  using Mask = std::uint32_t;
  __m128i bytes;

  ADYTON_ALWAYS_INLINE static Block load(const std::uint8_t* p) {
    return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))};
  }
  ADYTON_ALWAYS_INLINE void store(void* out) const {
    _mm_storeu_si128(static_cast<__m128i*>(out), bytes);
  }
  template <class Form>
  ADYTON_ALWAYS_INLINE Mask special() const {
    __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const __m128i small = Form::high_is_plain
                              ? _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes)
                              : _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    hits = _mm_or_si128(hits, small);
    if constexpr (Form::escapes_delete) {
      hits = _mm_or_si128(hits, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
    }
    return static_cast<Mask>(_mm_movemask_epi8(hits));
  }
};
#else
struct Block {
  static constexpr std::size_t width = 8;
  static constexpr int bits_each = 8;
  using Mask = std::uint64_t;
  std::uint64_t bytes;

  ADYTON_ALWAYS_INLINE static Block load(const std::uint8_t* p) {
    Block block;
    std::memcpy(&block.bytes, p, width);
    return block;
  }
  ADYTON_ALWAYS_INLINE void store(void* out) const { std::memcpy(out, &bytes, width); }

  /// The top bit of each byte that is not plain. Exact: nothing is carried from byte to byte.
  template <class Form>
  ADYTON_ALWAYS_INLINE Mask special() const {
    constexpr std::uint64_t ones = 0x0101010101010101u;
    constexpr std::uint64_t tops = ones * 0x80;
    constexpr std::uint64_t rest = ~tops;
    std::uint64_t word = bytes;
    if constexpr (big_endian) word = __builtin_bswap64(word);
    const std::uint64_t low = word & rest;
    // The top bit of a sum is clear where the byte is below 0x20, or is the character.
    std::uint64_t plain = low + ones * (0x80 - 0x20);
    plain &= (low ^ ones * '"') + rest;
    plain &= (low ^ ones * '\\') + rest;
    if constexpr (Form::escapes_delete) plain &= (low ^ ones * 0x7F) + rest;
    return Form::high_is_plain ? ~(plain | word) & tops : (~plain | word) & tops;
  }

 private:
  static constexpr bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
};
#endif

ADYTON_ALWAYS_INLINE int first_bit(std::uint32_t mask) {
  return __builtin_ctz(mask);
}
ADYTON_ALWAYS_INLINE int first_bit(std::uint64_t mask) {
  return __builtin_ctzll(mask);
}

/// The first `size` bytes (at most a block) from `p` on; what is behind them has no meaning. Reads
/// beyond the string only where that stays on a page the string lies on.
ADYTON_ALWAYS_INLINE Block load_part(const std::uint8_t* p, std::size_t size) {
#if !defined(__SANITIZE_ADDRESS__)
  constexpr std::uintptr_t page = 4096;
  if (reinterpret_cast<std::uintptr_t>(p) % page <= page - Block::width) [[likely]]
    return Block::load(p);
#endif
  std::uint8_t part[Block::width] = {};
  std::memcpy(part, p, size);
  return Block::load(part);
}

#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)

/// The bytes of `part` that are plain.
template <class Form>
ADYTON_ALWAYS_INLINE __mmask64 plain_of_64(__mmask64 part, __m512i bytes) {
  part = _mm512_mask_cmpneq_epu8_mask(part, bytes, _mm512_load_si512(special_bytes.quote));
  part = _mm512_mask_cmpneq_epu8_mask(part, bytes, _mm512_load_si512(special_bytes.backslash));
  if constexpr (Form::escapes_delete) {
    part = _mm512_mask_cmpneq_epu8_mask(part, bytes, _mm512_load_si512(special_bytes.del));
  }
  return _mm512_mask_cmpge_epu8_mask(part, bytes, _mm512_load_si512(special_bytes.space));
}

ADYTON_ALWAYS_INLINE __m256i half(const std::uint8_t* block) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(block));
}

template <class Form>
ADYTON_ALWAYS_INLINE __mmask32 plain_of_32(__mmask32 part, __m256i bytes) {
  part = _mm256_mask_cmpneq_epu8_mask(part, bytes, half(special_bytes.quote));
  part = _mm256_mask_cmpneq_epu8_mask(part, bytes, half(special_bytes.backslash));
  if constexpr (Form::escapes_delete) {
    part = _mm256_mask_cmpneq_epu8_mask(part, bytes, half(special_bytes.del));
  }
  return _mm256_mask_cmpge_epu8_mask(part, bytes, half(special_bytes.space));
}

/// Copies ASCII; false if not all of it is plain. There is room for `size` bytes and `scribble`
/// more at `out`.
template <class Form>
ADYTON_ALWAYS_INLINE bool copy_plain(
    const std::uint8_t* p, std::size_t size,
    typename Form::Unit* out) requires(sizeof(typename Form::Unit) == 1) {
  constexpr __mmask64 all = ~__mmask64{0};
  if (size <= 32) [[likely]] {
    constexpr __mmask32 all_32 = ~__mmask32{0};
    const __mmask32 part = _bzhi_u32(all_32, static_cast<unsigned>(size));
    // Blanks are plain.
    const __m256i bytes = _mm256_mask_loadu_epi8(half(special_bytes.space), part, p);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
    const __mmask32 plain = plain_of_32<Form>(all_32, bytes);
    return _kortestc_mask32_u8(plain, plain) != 0;
  }
  if (size <= 64) {
    const __mmask64 part = _bzhi_u64(all, static_cast<unsigned>(size));
    // Blanks are plain.
    const __m512i bytes = _mm512_mask_loadu_epi8(_mm512_load_si512(special_bytes.space), part, p);
    _mm512_storeu_si512(out, bytes);
    const __mmask64 plain = plain_of_64<Form>(all, bytes);
    return _kortestc_mask64_u8(plain, plain) != 0;
  }
  const std::uint8_t* const last = p + (size - 64);
  auto* const last_out = out + (size - 64);
  for (; p < last; p += 64, out += 64) {
    const __m512i bytes = _mm512_loadu_si512(p);
    _mm512_storeu_si512(out, bytes);
    const __mmask64 plain = plain_of_64<Form>(all, bytes);
    if (!_kortestc_mask64_u8(plain, plain)) [[unlikely]]
      return false;
  }
  const __m512i bytes = _mm512_loadu_si512(last);
  _mm512_storeu_si512(last_out, bytes);
  const __mmask64 plain = plain_of_64<Form>(all, bytes);
  return _kortestc_mask64_u8(plain, plain) != 0;
}

#else

template <class Form>
ADYTON_ALWAYS_INLINE bool copy_plain(
    const std::uint8_t* p, std::size_t size,
    typename Form::Unit* out) requires(sizeof(typename Form::Unit) == 1) {
  constexpr std::size_t width = Block::width;
  if (size <= width) [[likely]] {
    const Block block = load_part(p, size);
    block.store(out);
    constexpr auto all = static_cast<typename Block::Mask>(~0ULL);
    const auto part =
        size == 0 ? typename Block::Mask{0} : all >> ((width - size) * Block::bits_each);
    return (block.special<Form>() & part) == 0;
  }
  const std::uint8_t* const last = p + (size - width);
  auto* const last_out = out + (size - width);
  for (; p < last; p += width, out += width) {
    const Block block = Block::load(p);
    block.store(out);
    if (block.special<Form>() != 0) [[unlikely]]
      return false;
  }
  const Block block = Block::load(last);
  block.store(last_out);
  return block.special<Form>() == 0;
}

#endif

/// The same into wider units.
template <class Form>
ADYTON_ALWAYS_INLINE bool copy_plain(
    const std::uint8_t* p, std::size_t size,
    typename Form::Unit* out) requires(sizeof(typename Form::Unit) > 1) {
#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)
  constexpr __mmask32 all = ~__mmask32{0};
  for (std::size_t i = 0; i < size; i += 32) {
    const auto left = static_cast<unsigned>(size - i < 32 ? size - i : 32);
    const __m256i bytes =
        _mm256_mask_loadu_epi8(half(special_bytes.space), _bzhi_u32(all, left), p + i);
    if constexpr (sizeof(typename Form::Unit) == 2) {
      _mm512_storeu_si512(out + i, _mm512_cvtepu8_epi16(bytes));
    } else {
      _mm512_storeu_si512(out + i, _mm512_cvtepu8_epi32(_mm256_castsi256_si128(bytes)));
      _mm512_storeu_si512(out + i + 16, _mm512_cvtepu8_epi32(_mm256_extracti128_si256(bytes, 1)));
    }
    const __mmask32 plain = plain_of_32<Form>(all, bytes);
    if (!_kortestc_mask32_u8(plain, plain)) [[unlikely]]
      return false;
  }
  return true;
#else
  bool plain = true;
  for (std::size_t i = 0; i < size; ++i) {
    plain = plain & Form::plain(p[i]);
    out[i] = p[i];
  }
  return plain;
#endif
}

/// Copies plain characters from `p` on until one that is not plain or `end`; moves both.
template <class Form, class Char>
ADYTON_ALWAYS_INLINE void copy_run(const Char*& p, const Char* end, typename Form::Unit*& out) {
  while (p != end && Form::plain(*p)) *out++ = static_cast<typename Form::Unit>(*p++);
}

/// Characters of Latin-1 one by one, whatever they are, without a branch on it: each time a whole
/// Piece is stored, and the next over what it did not need.
template <class Form>
ADYTON_ALWAYS_INLINE char* put_by_table(const std::uint8_t* p, const std::uint8_t* end, char* out) {
  static_assert(sizeof(typename Form::Unit) == 1 && sizeof(Piece) == 8);
  const Piece* const pieces = Form::pieces();
  for (; p != end; ++p) {
    std::uint64_t word;
    std::memcpy(&word, pieces + *p, sizeof word);
    std::memcpy(out, &word, sizeof word);
    // The last byte.
    out += __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? word & 0xFF : word >> 56;
  }
  return out;
}

/// Characters of Latin-1: blocks that are plain as they are, others by the table; of a block with
/// few that are not plain only the stretch behind the first of them.
template <class Form>
ADYTON_ALWAYS_INLINE char* put_bytes(const std::uint8_t* p, const std::uint8_t* end, char* out) {
  constexpr std::size_t stretch = 8;
  while (static_cast<std::size_t>(end - p) >= Block::width) {
    const Block block = Block::load(p);
    block.store(out);
    const auto hits = block.template special<Form>();
    if (hits == 0) {
      p += Block::width;
      out += Block::width;
      continue;
    }
    const auto run = static_cast<std::size_t>(first_bit(hits) / Block::bits_each);
    const bool dense = (hits & (hits - 1)) != 0;
    const std::uint8_t* const first = p + run;
    const std::size_t left = Block::width - run;
    p = dense || left < stretch ? p + Block::width : first + stretch;
    out = put_by_table<Form>(first, p, out + run);
  }
  return put_by_table<Form>(p, end, out);
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json::detail

#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)
#include "modules/json/encode_avx512.h"
#endif

namespace adyton::json::detail {
inline namespace ADYTON_JSON_LEVEL {

/// Writes the characters [p, end) of any kind; null at a surrogate that is rejected. `out` has room
/// for the worst case and `scribble` more.
template <class Form, class Char>
[[gnu::noinline]] typename Form::Unit* put_characters(const Char* p, const Char* end,
                                                      typename Form::Unit* out, bool reject) {
#if defined(__AVX512VBMI2__) && defined(__AVX512BW__)
  using Unit = typename Form::Unit;
  if constexpr (!Form::high_is_plain || (sizeof(Char) == 1 && sizeof(Unit) == 1)) {
    return reinterpret_cast<Unit*>(
        put_characters_512<Form>(p, end, reinterpret_cast<char*>(out), reject));
  } else {
    return put_raw_512(p, end, out);
  }
#else
  if constexpr (sizeof(Char) == 1 && sizeof(typename Form::Unit) == 1) {
    return reinterpret_cast<typename Form::Unit*>(
        put_bytes<Form>(p, end, reinterpret_cast<char*>(out)));
  } else {
    while (true) {
      copy_run<Form>(p, end, out);
      if (p == end) return out;
      out = Form::put(*p++, out, reject);
      if (out == nullptr) return nullptr;
    }
  }
#endif
}

/// Writes ASCII of at most `capacity` characters that `write` makes.
template <std::size_t capacity, class Unit, class Write>
ADYTON_ALWAYS_INLINE Unit* put_ascii_by(Unit* out, Write write) {
  if constexpr (sizeof(Unit) == 1) {
    return reinterpret_cast<Unit*>(write(reinterpret_cast<char*>(out)));
  } else {
    char text[capacity];
    const auto size = static_cast<std::size_t>(write(text) - text);
    for (std::size_t i = 0; i < capacity; ++i) out[i] = static_cast<std::uint8_t>(text[i]);
    return out + size;
  }
}

/// Characters of valid UTF-8, in which surrogates may be three bytes each.
template <class Unit>
[[gnu::noinline]] Unit* put_decoded(const std::uint8_t* p, const std::uint8_t* end, Unit* out) {
  while (p != end) {
    const std::uint32_t lead = *p++;
    const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    std::uint32_t c = more == 0 ? lead : lead & (0x3FU >> more);
    for (int i = 0; i < more; ++i) c = c << 6 | (*p++ & 0x3F);
    *out++ = static_cast<Unit>(c);
  }
  return out;
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json::detail
