#pragma once

// The writers of strings that are not plain ASCII, with AVX-512: each character becomes a lane that
// holds the bytes it is written as and zeros, and the bytes that are not zero are moved together.
// There are no branches on what a character is, but for the few that do not fit a lane. Included by
// encode_kernels.h.

namespace adyton::json::detail {

/// The letters of two-character escapes, by character; zero where there is none.
struct alignas(64) EscapeLetters {
  std::uint8_t bytes[32] = {0, 0, 0, 0, 0, 0, 0, 0, 'b', 't', 'n', 0, 'f', 'r'};
};
inline constexpr EscapeLetters escape_letters;

/// Where in 64 bits the bytes of two UTF-8 characters, or the hexadecimal digits of one, begin.
struct alignas(64) LaneShifts {
  std::uint8_t utf8[8] = {18, 12, 6, 0, 50, 44, 38, 32};
  std::uint8_t hex[8] = {0, 0, 12, 8, 4, 0, 0, 0};
};
inline constexpr LaneShifts lane_shifts;

/// The places of the bytes of 8 escapes of 6 bytes in lanes of 8.
struct alignas(64) EscapePlaces {
  std::uint8_t bytes[64];
};
constexpr EscapePlaces make_escape_places() {
  EscapePlaces places{};
  for (unsigned i = 0; i < 48; ++i) places.bytes[i] = static_cast<std::uint8_t>(i / 6 * 8 + i % 6);
  return places;
}
inline constexpr EscapePlaces escape_places = make_escape_places();

inline namespace ADYTON_JSON_LEVEL {

ADYTON_ALWAYS_INLINE __m512i repeat_64(const std::uint8_t* eight) {
  long long bits;
  std::memcpy(&bits, eight, sizeof bits);
  return _mm512_set1_epi64(bits);
}

ADYTON_ALWAYS_INLINE std::uint32_t first_lanes(std::size_t count) {
  return _bzhi_u32(~0U, static_cast<unsigned>(count));
}

/// The bytes of `lanes` that are not zero, in a row.
ADYTON_ALWAYS_INLINE char* put_packed(__m512i lanes, char* out) {
  const __mmask64 present = _mm512_test_epi8_mask(lanes, lanes);
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(present, lanes));
  return out + __builtin_popcountll(present);
}

/// `count` characters one by one.
template <class Form, class Char>
[[gnu::noinline]] char* put_singly(const Char* p, std::size_t count, char* out, bool reject) {
  for (std::size_t i = 0; i < count; ++i) {
    if (Form::plain(p[i])) {
      *out++ = static_cast<char>(p[i]);
    } else {
      out = Form::put(p[i], out, reject);
      if (out == nullptr) return nullptr;
    }
  }
  return out;
}

/// Characters below U+10000, in lanes of 64 bits, as the 6 bytes of an escape each.
ADYTON_ALWAYS_INLINE __m512i hex_escapes(__m512i characters) {
  const __m512i nibbles =
      _mm512_and_si512(_mm512_multishift_epi64_epi8(repeat_64(lane_shifts.hex), characters),
                       _mm512_set1_epi64(0x00000F0F0F0F0000));
  const __m512i digits = _mm512_shuffle_epi8(
      _mm512_broadcast_i32x4(_mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a',
                                           'b', 'c', 'd', 'e', 'f')),
      nibbles);
  return _mm512_ternarylogic_epi64(_mm512_set1_epi64(0x0000FFFFFFFF0000), digits,
                                   _mm512_set1_epi64('\\' | 'u' << 8),
                                   0xEA);  // digits where they belong, and what stands before them
}

/// Up to 8 characters below U+10000 in ASCII, in lanes of 64 bits.
ADYTON_ALWAYS_INLINE char* put_ascii_lanes(__m512i characters, __mmask8 part, char* out) {
  const __mmask8 control = _mm512_mask_cmplt_epu64_mask(part, characters, _mm512_set1_epi64(0x20));
  const __m512i quote = _mm512_set1_epi64('"');
  const __m512i backslash = _mm512_set1_epi64('\\');
  const auto marked = static_cast<__mmask8>(_mm512_cmpeq_epi64_mask(characters, quote) |
                                            _mm512_cmpeq_epi64_mask(characters, backslash));
  // Letters for the first 8 would be zero; the table holds the next 8.
  const __mmask8 lettered = _mm512_mask_cmplt_epu64_mask(
      control, _mm512_sub_epi64(characters, _mm512_set1_epi64(8)), _mm512_set1_epi64(8));
  const __m512i table = _mm512_cvtepu8_epi64(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(escape_letters.bytes + 8)));
  const __m512i letters = _mm512_mask_permutexvar_epi64(characters, lettered, characters, table);
  const auto escaped =
      static_cast<__mmask8>(marked | (lettered & _mm512_test_epi64_mask(letters, letters)));
  const auto plain = static_cast<__mmask8>(
      _mm512_mask_cmplt_epu64_mask(part, characters, _mm512_set1_epi64(0x7F)) & ~control);
  const __m512i hex = hex_escapes(characters);
  __m512i lanes = _mm512_maskz_mov_epi64(part, hex);
  lanes = _mm512_mask_mov_epi64(lanes, plain, characters);
  lanes = _mm512_mask_or_epi64(lanes, escaped, _mm512_slli_epi64(letters, 8), backslash);
  return put_packed(lanes, out);
}

/// 8 characters from U+0080 on and below U+10000, each an escape of 6 bytes.
ADYTON_ALWAYS_INLINE char* put_hex_escapes(__m512i characters, char* out) {
  const __m512i packed =
      _mm512_permutexvar_epi8(_mm512_load_si512(escape_places.bytes), hex_escapes(characters));
  _mm512_storeu_si512(out, packed);
  return out + 48;
}

/// Up to 8 characters in ASCII, of which `pairs` are beyond U+FFFF.
ADYTON_ALWAYS_INLINE char* put_ascii_pairs(__m256i characters, __mmask8 part, __mmask8 pairs,
                                           char* out) {
  // Each a lane of two units of UTF-16; then those that there are in a row.
  const __m256i beyond = _mm256_sub_epi32(characters, _mm256_set1_epi32(0x10000));
  const __m256i leads = _mm256_srli_epi32(beyond, 10);
  const __m256i tails = _mm256_slli_epi32(_mm256_and_si256(beyond, _mm256_set1_epi32(0x3FF)), 16);
  const __m256i lanes = _mm256_mask_or_epi32(characters, pairs, _mm256_or_si256(leads, tails),
                                             _mm256_set1_epi32(static_cast<int>(0xDC00D800)));
  const auto present = static_cast<__mmask16>(_pdep_u32(part, 0x5555) | _pdep_u32(pairs, 0xAAAA));
  const __m256i units = _mm256_maskz_compress_epi16(present, lanes);
  const std::uint32_t all = first_lanes(static_cast<std::size_t>(__builtin_popcount(present)));
  out = put_ascii_lanes(_mm512_cvtepu16_epi64(_mm256_castsi256_si128(units)),
                        static_cast<__mmask8>(all), out);
  return put_ascii_lanes(_mm512_cvtepu16_epi64(_mm256_extracti128_si256(units, 1)),
                         static_cast<__mmask8>(all >> 8), out);
}

/// Up to 32 characters of Latin-1, in lanes of 16 bits.
template <class Form>
ADYTON_ALWAYS_INLINE char* put_latin1(const std::uint8_t* p, std::size_t count, char* out) {
  const __mmask32 part = first_lanes(count);
  const __m256i characters = _mm256_maskz_loadu_epi8(part, p);
  const __mmask32 control =
      _mm256_mask_cmplt_epu8_mask(part, characters, half(special_bytes.space));
  const __mmask32 escaped = control |
                            _mm256_cmpeq_epi8_mask(characters, half(special_bytes.quote)) |
                            _mm256_cmpeq_epi8_mask(characters, half(special_bytes.backslash));
  const __mmask32 high = Form::high_is_plain ? 0 : _mm256_movepi8_mask(characters);
  __mmask32 unfit = 0;
  if constexpr (Form::escapes_delete) {
    unfit = high | _mm256_cmpeq_epi8_mask(characters, half(special_bytes.del));
  }
  if ((escaped | high | unfit) == 0) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), characters);
    return out + count;
  }
  const __m256i letters =
      _mm256_mask_permutexvar_epi8(characters, control, characters, half(escape_letters.bytes));
  unfit |= _mm256_mask_testn_epi8_mask(control, letters, letters);
  if (unfit != 0) return put_by_table<Form>(p, p + count, out);
  __m512i lanes = _mm512_cvtepu8_epi16(characters);
  const __m512i escapes =
      _mm512_or_si512(_mm512_set1_epi16('\\'), _mm512_slli_epi16(_mm512_cvtepu8_epi16(letters), 8));
  if constexpr (Form::is_utf8) {
    const __m512i lead = _mm512_or_si512(_mm512_srli_epi16(lanes, 6), _mm512_set1_epi16(0xC0));
    const __m512i tail =
        _mm512_or_si512(_mm512_and_si512(_mm512_slli_epi16(lanes, 8), _mm512_set1_epi16(0x3F00)),
                        _mm512_set1_epi16(static_cast<short>(0x8000)));
    lanes = _mm512_mask_mov_epi16(lanes, high, _mm512_or_si512(lead, tail));
  }
  return put_packed(_mm512_mask_mov_epi16(lanes, escaped, escapes), out);
}

/// Up to 16 characters as UTF-8, in lanes of 32 bits. Null at a surrogate that is rejected.
template <class Char>
ADYTON_ALWAYS_INLINE char* put_utf8_lanes(__m512i characters, __mmask16 part, const Char* p,
                                          char* out, bool reject) {
  const __mmask16 wide = _mm512_cmpge_epu32_mask(characters, _mm512_set1_epi32(0x80));
  const __mmask16 wider = _mm512_cmpge_epu32_mask(characters, _mm512_set1_epi32(0x800));
  const __mmask16 control = _mm512_mask_cmplt_epu32_mask(part, characters, _mm512_set1_epi32(0x20));
  const auto escaped =
      static_cast<__mmask16>(control | _mm512_cmpeq_epi32_mask(characters, _mm512_set1_epi32('"')) |
                             _mm512_cmpeq_epi32_mask(characters, _mm512_set1_epi32('\\')));
  // All bytes that there may be, the last in the highest byte.
  __m512i marks = _mm512_mask_mov_epi32(_mm512_set1_epi32(static_cast<int>(0x80C00000)), wider,
                                        _mm512_set1_epi32(static_cast<int>(0x8080E000)));
  if constexpr (sizeof(Char) == 4) {
    const __mmask16 widest = _mm512_cmpge_epu32_mask(characters, _mm512_set1_epi32(0x10000));
    marks = _mm512_mask_mov_epi32(marks, widest, _mm512_set1_epi32(static_cast<int>(0x808080F0)));
  }
  const __m512i sixes =
      _mm512_and_si512(_mm512_multishift_epi64_epi8(repeat_64(lane_shifts.utf8), characters),
                       _mm512_set1_epi32(0x3F3F3F3F));
  __m512i lanes = _mm512_slli_epi32(characters, 24);
  lanes = _mm512_mask_or_epi32(lanes, wide, sixes, marks);
  if (reject) {
    const __mmask16 surrogates = _mm512_cmpeq_epi32_mask(
        _mm512_and_si512(characters, _mm512_set1_epi32(0x1FF800)), _mm512_set1_epi32(0xD800));
    if (surrogates != 0) [[unlikely]]
      return nullptr;
  }
  if (escaped != 0) [[unlikely]] {
    const __m512i letters = _mm512_mask_permutexvar_epi32(
        characters, control, characters,
        _mm512_cvtepu8_epi32(
            _mm_load_si128(reinterpret_cast<const __m128i*>(escape_letters.bytes))));
    const auto unfit = static_cast<__mmask16>(
        _mm512_mask_testn_epi32_mask(control, letters, letters) |
        _mm512_mask_cmpge_epu32_mask(control, characters, _mm512_set1_epi32(0x10)));
    if (unfit != 0)
      return put_singly<Utf8>(p, static_cast<std::size_t>(__builtin_popcount(part)), out, reject);
    lanes = _mm512_mask_or_epi32(lanes, escaped, _mm512_slli_epi32(letters, 24),
                                 _mm512_set1_epi32('\\' << 16));
  }
  return put_packed(lanes, out);
}

ADYTON_ALWAYS_INLINE std::size_t at_most(std::size_t count, std::size_t most) {
  return count < most ? count : most;
}

template <class Form>
ADYTON_ALWAYS_INLINE char* put_characters_512(const std::uint8_t* p, const std::uint8_t* end,
                                              char* out, bool) {
  while (p != end) {
    const std::size_t count = at_most(static_cast<std::size_t>(end - p), 32);
    out = put_latin1<Form>(p, count, out);
    p += count;
  }
  return out;
}

template <class Form>
ADYTON_ALWAYS_INLINE char* put_characters_512(const std::uint16_t* p, const std::uint16_t* end,
                                              char* out, bool reject) {
  constexpr std::size_t step = Form::escapes_delete ? 8 : 16;
  while (p != end && out != nullptr) {
    const std::size_t count = at_most(static_cast<std::size_t>(end - p), step);
    const std::uint32_t part = first_lanes(count);
    if constexpr (Form::escapes_delete) {
      const __m128i units = _mm_maskz_loadu_epi16(static_cast<__mmask8>(part), p);
      const __m512i characters = _mm512_cvtepu16_epi64(units);
      // Missing ones are zero.
      const bool all_high = _mm_cmpge_epu16_mask(units, _mm_set1_epi16(0x80)) == 0xFF;
      out = all_high ? put_hex_escapes(characters, out)
                     : put_ascii_lanes(characters, static_cast<__mmask8>(part), out);
    } else {
      const __m256i units = _mm256_maskz_loadu_epi16(static_cast<__mmask16>(part), p);
      out = put_utf8_lanes(_mm512_cvtepu16_epi32(units), static_cast<__mmask16>(part), p, out,
                           reject);
    }
    p += count;
  }
  return out;
}

template <class Form>
ADYTON_ALWAYS_INLINE char* put_characters_512(const std::uint32_t* p, const std::uint32_t* end,
                                              char* out, bool reject) {
  constexpr std::size_t step = Form::escapes_delete ? 8 : 16;
  while (p != end && out != nullptr) {
    const std::size_t count = at_most(static_cast<std::size_t>(end - p), step);
    const std::uint32_t part = first_lanes(count);
    if constexpr (Form::escapes_delete) {
      const __m256i units = _mm256_maskz_loadu_epi32(static_cast<__mmask8>(part), p);
      const __mmask8 pairs = _mm256_cmpge_epu32_mask(units, _mm256_set1_epi32(0x10000));
      out = pairs == 0
                ? put_ascii_lanes(_mm512_cvtepu32_epi64(units), static_cast<__mmask8>(part), out)
                : put_ascii_pairs(units, static_cast<__mmask8>(part), pairs, out);
    } else {
      const __m512i units = _mm512_maskz_loadu_epi32(static_cast<__mmask16>(part), p);
      out = put_utf8_lanes(units, static_cast<__mmask16>(part), p, out, reject);
    }
    p += count;
  }
  return out;
}

/// 16 characters, as lanes of 32 bits; zeros where there are fewer.
ADYTON_ALWAYS_INLINE __m512i load_lanes(const std::uint8_t* p, __mmask16 part) {
  return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(part, p));
}
ADYTON_ALWAYS_INLINE __m512i load_lanes(const std::uint16_t* p, __mmask16 part) {
  return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(part, p));
}
ADYTON_ALWAYS_INLINE __m512i load_lanes(const std::uint32_t* p, __mmask16 part) {
  return _mm512_maskz_loadu_epi32(part, p);
}
ADYTON_ALWAYS_INLINE void store_lanes(std::uint8_t* out, __m512i lanes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi32_epi8(lanes));
}
ADYTON_ALWAYS_INLINE void store_lanes(std::uint16_t* out, __m512i lanes) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi32_epi16(lanes));
}
ADYTON_ALWAYS_INLINE void store_lanes(std::uint32_t* out, __m512i lanes) {
  _mm512_storeu_si512(out, lanes);
}

/// Characters as they are, 16 at a time, up to those that must be escaped.
template <class Unit, class Char>
ADYTON_ALWAYS_INLINE Unit* put_raw_512(const Char* p, const Char* end, Unit* out) {
  while (p != end) {
    const std::size_t count = at_most(static_cast<std::size_t>(end - p), 16);
    const auto part = static_cast<__mmask16>(first_lanes(count));
    const __m512i lanes = load_lanes(p, part);
    store_lanes(out, lanes);
    const auto escaped =
        static_cast<__mmask16>(_mm512_mask_cmplt_epu32_mask(part, lanes, _mm512_set1_epi32(0x20)) |
                               _mm512_cmpeq_epi32_mask(lanes, _mm512_set1_epi32('"')) |
                               _mm512_cmpeq_epi32_mask(lanes, _mm512_set1_epi32('\\')));
    const std::size_t run = escaped == 0 ? count : static_cast<std::size_t>(__builtin_ctz(escaped));
    p += run;
    out += run;
    if (escaped != 0) out = put_escape(static_cast<std::uint32_t>(*p++), out);
  }
  return out;
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json::detail
