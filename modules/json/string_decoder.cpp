#include "modules/json/string_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "host/base/cpu.h"
#include "modules/json/block.h"

namespace adyton::json {
namespace {

// What is written between two looks at the room that is left, at most: a vector of plain
// characters, a run of sequences.
constexpr std::size_t slack = 192;
constexpr int longest_run = 24;

/// Letter of an escape -> its character; 0 where the letter is none, or `u`.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

constexpr std::uint32_t no_digit = 0x10000;

/// For each of four hexadecimal digits its value in the number that they write.
constexpr auto hex_digits = [] {
  std::array<std::array<std::uint32_t, 256>, 4> tables{};
  for (unsigned place = 0; place < 4; ++place) {
    auto& table = tables[place];
    const unsigned shift = 12 - 4 * place;
    table.fill(no_digit);
    for (unsigned i = 0; i < 10; ++i) table['0' + i] = i << shift;
    for (unsigned i = 0; i < 6; ++i) table['a' + i] = table['A' + i] = (10 + i) << shift;
  }
  return tables;
}();

/// The value of four hexadecimal digits, or one beyond 0xFFFF if they are not.
std::uint32_t hex4(const char* p) {
  const auto digit = [p](unsigned i) { return hex_digits[i][static_cast<unsigned char>(p[i])]; };
  return digit(0) | digit(1) | digit(2) | digit(3);
}

bool is_plain(char c) {
  const auto byte = static_cast<signed char>(c);
  return byte >= ' ' && byte != '"' && byte != '\\';
}

// What put_at_once reads, at most, from where it begins.
constexpr std::ptrdiff_t sequences_reach = 136;

template <class Char>
constexpr std::uint32_t limit_of = sizeof(Char) == 1   ? 0x80
                                   : sizeof(Char) == 2 ? 0x10000
                                                       : 0x110000;

/// A vector of bytes, each as a character.
template <class Char>
void put_block(const char* p, Char* out) {
  for (std::size_t i = 0; i < BaselineBlock::size; ++i) {
    out[i] = static_cast<Char>(static_cast<unsigned char>(p[i]));
  }
}

#if defined(__SSE2__)
template <>
void put_block(const char* p, std::uint16_t* out) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i zero = _mm_setzero_si128();
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_unpacklo_epi8(bytes, zero));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 8), _mm_unpackhi_epi8(bytes, zero));
}
#endif

/// The well-formed sequence at p (surrogates pass), which is not ASCII; 0 if it is none. What is
/// behind the text is no continuation byte.
std::uint32_t read_sequence(const char*& p) {
  const auto byte = [p](int i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i]));
  };
  const auto follows = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
  const std::uint32_t lead = byte(0);
  if (lead < 0xC2 || lead > 0xF4 || !follows(1)) return 0;
  if (lead < 0xE0) {
    const std::uint32_t c = (lead & 0x1F) << 6 | (byte(1) & 0x3F);
    p += 2;
    return c;
  }
  if (!follows(2)) return 0;
  const std::uint32_t three = (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  if (lead < 0xF0) {
    if (three < 0x800) return 0;
    p += 3;
    return three;
  }
  if (!follows(3)) return 0;
  const std::uint32_t four =
      (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  if (four < 0x10000 || four > 0x10FFFF) return 0;
  p += 4;
  return four;
}

#if defined(__x86_64__)

/// The bits that are set in any of the 16-bit numbers.
std::uint32_t any_of_16(__m128i numbers) {
  numbers = _mm_or_si128(numbers, _mm_srli_si128(numbers, 8));
  numbers = _mm_or_si128(numbers, _mm_srli_si128(numbers, 4));
  numbers = _mm_or_si128(numbers, _mm_srli_si128(numbers, 2));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(numbers)) & 0xFFFF;
}

/// Sequences of two bytes, eight at once, up to 24, as long as there are none but such. Gives where
/// they end.
const char* put_pairs(const char* p, std::uint16_t*& out, std::uint32_t& all) {
  __m128i any = _mm_setzero_si128();
  for (int i = 0; i < 3; ++i) {
    const __m128i pairs = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i marks = _mm_and_si128(pairs, _mm_set1_epi16(static_cast<short>(0xC0E0)));
    const __m128i formed = _mm_cmpeq_epi16(marks, _mm_set1_epi16(static_cast<short>(0x80C0)));
    const __m128i characters =
        _mm_or_si128(_mm_slli_epi16(_mm_and_si128(pairs, _mm_set1_epi16(0x1F)), 6),
                     _mm_and_si128(_mm_srli_epi16(pairs, 8), _mm_set1_epi16(0x3F)));
    const __m128i large = _mm_cmpgt_epi16(characters, _mm_set1_epi16(0x7F));
    if (_mm_movemask_epi8(_mm_and_si128(formed, large)) != 0xFFFF) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), characters);
    any = _mm_or_si128(any, characters);
    out += 8;
    p += 16;
  }
  all |= any_of_16(any);
  return p;
}

/// The characters of sequences of three bytes, of which each lies in the lower bytes of a 32-bit
/// number. Gives a bit for each that is such a sequence.
[[gnu::target("avx2,bmi")]] inline unsigned characters_of_triples(__m256i triples,
                                                                  __m256i& characters) {
  const __m256i marks = _mm256_and_si256(triples, _mm256_set1_epi32(0xC0C0F0));
  const __m256i formed = _mm256_cmpeq_epi32(marks, _mm256_set1_epi32(0x8080E0));
  const __m256i first = _mm256_slli_epi32(_mm256_and_si256(triples, _mm256_set1_epi32(0x0F)), 12);
  const __m256i second = _mm256_and_si256(_mm256_srli_epi32(triples, 2), _mm256_set1_epi32(0xFC0));
  const __m256i third = _mm256_and_si256(_mm256_srli_epi32(triples, 16), _mm256_set1_epi32(0x3F));
  characters = _mm256_or_si256(_mm256_or_si256(first, second), third);
  const __m256i large = _mm256_cmpgt_epi32(characters, _mm256_set1_epi32(0x7FF));
  return static_cast<unsigned>(
      _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_and_si256(formed, large))));
}

/// Sequences of three bytes, eight at once, up to 32, until there is something else.
[[gnu::target("avx2,bmi")]] const char* put_triples(const char* p, std::uint16_t*& out,
                                                    std::uint32_t& all) {
  const char* const first = p;
  const __m128i apart = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  const auto load = [apart](const char* at) __attribute__((target("avx2,bmi"))) {
    return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), apart);
  };
  for (int i = 0; i < 4; ++i) {
    __m256i characters;
    const __m256i triples =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load(p)), load(p + 12), 1);
    const unsigned good = characters_of_triples(triples, characters);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_packus_epi32(_mm256_castsi256_si128(characters),
                                      _mm256_extracti128_si256(characters, 1)));
    // The processor goes on from the next eight before it knows that these are.
    if (good != 0xFF) {
      const int count = std::countr_one(good);
      out += count;
      p += 3 * count;
      break;
    }
    out += 8;
    p += 24;
  }
  if (p != first) all |= 0x800;  // they are all beyond it
  return p;
}

/// Sequences of four bytes, four at once, up to 24, until there is something else.
const char* put_quads(const char* p, std::uint32_t*& out, std::uint32_t& all) {
  const char* const first = p;
  for (int i = 0; i < 6; ++i) {
    const __m128i quads = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i marks = _mm_and_si128(quads, _mm_set1_epi32(static_cast<int>(0xC0C0C0F8)));
    const __m128i formed = _mm_cmpeq_epi32(marks, _mm_set1_epi32(static_cast<int>(0x808080F0)));
    const __m128i upper =
        _mm_or_si128(_mm_slli_epi32(_mm_and_si128(quads, _mm_set1_epi32(0x07)), 18),
                     _mm_slli_epi32(_mm_and_si128(quads, _mm_set1_epi32(0x3F00)), 4));
    const __m128i lower =
        _mm_or_si128(_mm_and_si128(_mm_srli_epi32(quads, 10), _mm_set1_epi32(0xFC0)),
                     _mm_and_si128(_mm_srli_epi32(quads, 24), _mm_set1_epi32(0x3F)));
    const __m128i characters = _mm_or_si128(upper, lower);
    const __m128i in_range = _mm_andnot_si128(_mm_cmpgt_epi32(characters, _mm_set1_epi32(0x10FFFF)),
                                              _mm_cmpgt_epi32(characters, _mm_set1_epi32(0xFFFF)));
    const int good = _mm_movemask_ps(_mm_castsi128_ps(_mm_and_si128(formed, in_range)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), characters);
    if (good != 0xF) {
      const int count = std::countr_one(static_cast<unsigned>(good));
      out += count;
      p += 4 * count;
      break;
    }
    out += 4;
    p += 16;
  }
  if (p != first) all |= 0x10000;
  return p;
}

/// For each mask of eight 16-bit numbers how _mm_shuffle_epi8 puts those in it one behind the
/// other, with zeros behind.
constexpr auto gathering = [] {
  std::array<std::array<std::uint8_t, 16>, 256> table{};
  for (unsigned mask = 0; mask < table.size(); ++mask) {
    table[mask].fill(0x80);
    unsigned place = 0;
    for (std::uint8_t i = 0; i < 8; ++i) {
      if ((mask >> i & 1) == 0) continue;
      table[mask][place++] = static_cast<std::uint8_t>(2 * i);
      table[mask][place++] = static_cast<std::uint8_t>(2 * i + 1);
    }
  }
  return table;
}();

/// Plain ASCII and sequences of two bytes, as they come: 16 bytes at once, up to 64 of them, until
/// there is something else.
__attribute__((target("avx2,bmi,bmi2,popcnt"))) const char* put_ones_and_pairs(const char* p,
                                                                               std::uint16_t*& out,
                                                                               std::uint32_t& all) {
  __m128i any = _mm_setzero_si128();
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 1));
    const auto mask = [](__m128i lanes) __attribute__((target("avx2"))) {
      return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes));
    };
    // As signed numbers: continuation bytes are -128 to -65, leads of two -62 to -33.
    const std::uint32_t follows = mask(_mm_cmpgt_epi8(_mm_set1_epi8(-64), bytes));
    const std::uint32_t leads = mask(_mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(-63)),
                                                   _mm_cmpgt_epi8(_mm_set1_epi8(-32), bytes)));
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const std::uint32_t plain =
        mask(_mm_andnot_si128(special, _mm_cmpgt_epi8(bytes, _mm_set1_epi8(' ' - 1))));
    // Whatever is not as it must be ends it; so does a lead that is the last.
    const std::uint32_t wrong =
        (~(follows | leads | plain) | ((leads << 1) ^ follows)) | (leads & 0x8000);
    auto count = static_cast<unsigned>(std::countr_zero(wrong | 0x10000));
    // What follows a lead is not there.
    if (count > 0 && (leads >> (count - 1) & 1) != 0) --count;
    const std::uint32_t kept = ~follows & ((1u << count) - 1);
    const auto put = [&](__m128i two, std::uint32_t which)
        __attribute__((always_inline, target("avx2,bmi,bmi2,popcnt"))) {
      // A byte and its successor: of a lead both count, of another the first.
      const __m128i is_pair =
          _mm_cmpgt_epi16(_mm_and_si128(two, _mm_set1_epi16(0xFF)), _mm_set1_epi16(0x7F));
      const __m128i pair =
          _mm_or_si128(_mm_slli_epi16(_mm_and_si128(two, _mm_set1_epi16(0x1F)), 6),
                       _mm_and_si128(_mm_srli_epi16(two, 8), _mm_set1_epi16(0x3F)));
      const __m128i characters =
          _mm_blendv_epi8(_mm_and_si128(two, _mm_set1_epi16(0x7F)), pair, is_pair);
      const __m128i gathered = _mm_shuffle_epi8(
          characters, _mm_loadu_si128(reinterpret_cast<const __m128i*>(gathering[which].data())));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), gathered);
      any = _mm_or_si128(any, gathered);
      out += std::popcount(which);
    };
    put(_mm_unpacklo_epi8(bytes, next), kept & 0xFF);
    put(_mm_unpackhi_epi8(bytes, next), kept >> 8);
    p += count;
    if (count < 15) break;
  }
  all |= any_of_16(any);
  return p;
}

#endif

/// What a sequence's first byte says of it.
struct Lead {
  std::uint32_t marks;   // bits that all of its bytes, the first the highest, must have so
  std::uint32_t marked;  // and how
  std::uint32_t values;  // bits of the character, once they are put together
  std::uint32_t least;   // character that is written so
  std::uint8_t shift;
  std::uint8_t length;  // 0: none, or not a plain character
};

constexpr auto leads = [] {
  std::array<Lead, 256> table{};
  for (unsigned c = ' '; c < 0x80; ++c) {
    if (c != '"' && c != '\\') table[c] = {0x80000000, 0, 0x7F, 0, 18, 1};
  }
  for (unsigned c = 0xC2; c < 0xE0; ++c) {
    table[c] = {0x00C00000, 0x00800000, 0x7FF, 0x80, 12, 2};
  }
  for (unsigned c = 0xE0; c < 0xF0; ++c) {
    table[c] = {0x00C0C000, 0x00808000, 0xFFFF, 0x800, 6, 3};
  }
  for (unsigned c = 0xF0; c < 0xF5; ++c) {
    table[c] = {0x00C0C0C0, 0x00808080, 0x1FFFFF, 0x10000, 0, 4};
  }
  return table;
}();

/// Characters of any length as they come, up to 32; ends where eight bytes of ASCII come, which are
/// to be had faster, and where there is another thing than a plain character below `limit`. Up to
/// 136 bytes from p on are readable. No branch asks how long a character is: that cannot be
/// foreseen.
template <class Char>
const char* put_any(const char* p, Char*& out, std::uint32_t& all) {
  constexpr std::uint32_t limit = sizeof(Char) == 2 ? 0x10000 : 0x110000;
  for (int i = 0; i < 8; ++i) {
    std::uint64_t eight;
    std::memcpy(&eight, p, sizeof eight);
    if ((eight & 0x8080808080808080u) == 0) return p;
    for (int j = 0; j < 4; ++j) {
      const Lead& lead = leads[static_cast<unsigned char>(*p)];
      std::uint32_t bytes;
      std::memcpy(&bytes, p, sizeof bytes);
      if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap32(bytes);
      const std::uint32_t character = ((bytes & 0x3F) | (bytes >> 2 & 0xFC0) |
                                       (bytes >> 4 & 0x3F000) | (bytes >> 6 & 0x3FC0000)) >>
                                          lead.shift &
                                      lead.values;
      const bool good = ((bytes & lead.marks) == lead.marked) & (lead.length != 0) &
                        (character >= lead.least) & (character < limit);
      if (!good) return p;
      all |= character;
      *out++ = static_cast<Char>(character);
      p += lead.length;
    }
  }
  return p;
}

/// Many sequences at p, or none, in the way that suits what is there.
template <class Char>
const char* put_at_once(const char* p, Char*& out, std::uint32_t& all) {
  const char* const first = p;
#if defined(__x86_64__)
  const auto lead = static_cast<unsigned char>(*p);
  if constexpr (sizeof(Char) == 4) {
    if (lead >= 0xF0) p = put_quads(p, out, all);
  } else if (lead < 0xE0) {
    p = put_pairs(p, out, all);
    if (p == first && vector_level() >= VectorLevel::avx2) p = put_ones_and_pairs(p, out, all);
  } else if (vector_level() >= VectorLevel::avx2) {
    p = put_triples(p, out, all);
  }
#endif
  return p != first ? p : put_any(p, out, all);
}

Width width_of(std::uint32_t all) {
  if (all < 0x80) return Width::ascii;
  if (all < 0x100) return Width::latin1;
  return all < 0x10000 ? Width::ucs2 : Width::ucs4;
}

}  // namespace

const char* StringDecoder::read(const char* begin, const char* p, StringToken& token) {
  begin_ = begin;
  p_ = p;
  all_ = 0;
  escaped_ = false;
  length_ = static_cast<std::size_t>(p - begin);
  // What is known to be plain is copied by make_room where it does not fit.
  std::uint8_t* const out = make_room(memory<std::uint8_t>());
  if (length_ <= 64 && end_ - p >= 16) {
    for (std::size_t i = 0; i < length_; i += 16) std::memcpy(out + i, begin + i, 16);
  } else {
    std::memcpy(out, begin, length_);
  }
  const Stop stop = run_from(static_cast<unsigned char>(*p));
  if (stop == Stop::fault) return nullptr;
  token.raw = {begin, static_cast<std::size_t>(p_ - begin)};
  token.length = length_;
  token.width = width_of(all_);
  token.escaped = escaped_;
  if (token.width == Width::latin1) narrow();
  token.characters = memory_;
  return p_;
}

/// The rest of the string, whose next byte is `next`: it tells how wide its character is.
StringDecoder::Stop StringDecoder::run_from(unsigned char next) {
  if (next >= 0xF0) {
    widen<std::uint8_t, std::uint32_t>();
    return run<std::uint32_t>();
  }
  if (next < 0x80) {
    const Stop stop = run<std::uint8_t>();
    if (stop != Stop::wider) return stop;
    if (pending_ >= limit_of<std::uint16_t>) {
      widen<std::uint8_t, std::uint32_t>();
      put_pending<std::uint32_t>();
      return run<std::uint32_t>();
    }
    widen<std::uint8_t, std::uint16_t>();
    put_pending<std::uint16_t>();
  } else {
    widen<std::uint8_t, std::uint16_t>();
  }
  const Stop stop = run<std::uint16_t>();
  if (stop != Stop::wider) return stop;
  widen<std::uint16_t, std::uint32_t>();
  put_pending<std::uint32_t>();
  return run<std::uint32_t>();
}

/// widen() has left room for it.
template <class Char>
void StringDecoder::put_pending() {
  all_ |= pending_;
  memory<Char>()[length_++] = static_cast<Char>(pending_);
}

template <class Char>
StringDecoder::Stop StringDecoder::run() {
  Char* out = memory<Char>() + length_;
  const Char* limit = memory<Char>() + capacity_ / sizeof(Char) - slack;
  const char* p = p_;
  Stop stop = Stop::closed;
  for (;;) {
    if (out > limit) {
      out = make_room(out);
      limit = memory<Char>() + capacity_ / sizeof(Char) - slack;
    }
    if (*p == '"') break;
    if (static_cast<signed char>(*p) >= 0 && *p != '\\') p = put_plain(p, out);
    const auto c = static_cast<unsigned char>(*p);
    if (c >= 0x80) {
      p_ = p;
      stop = put_sequences(out);
      p = p_;
      if (stop != Stop::closed) break;
      continue;
    }
    if (c == '"') break;
    if (c >= ' ' && c != '\\') continue;
    std::uint32_t character = c;
    const char simple = c == '\\' ? escapes[static_cast<unsigned char>(p[1])] : '\0';
    if (simple != 0) {
      character = static_cast<unsigned char>(simple);
      p += 2;
      escaped_ = true;
    } else {
      if (sizeof(Char) > 1 && c == '\\' && put_unicode_escapes(p, out)) continue;
      p_ = p;
      if (!(c == '\\' ? take_unicode_escape(character) : take_control())) return Stop::fault;
      p = p_;
      if (character >= limit_of<Char>) {
        pending_ = character;
        stop = Stop::wider;
        break;
      }
      if constexpr (sizeof(Char) > 1) all_ |= character;
    }
    *out++ = static_cast<Char>(character);
  }
  p_ = p;
  length_ = static_cast<std::size_t>(out - memory<Char>());
  return stop;
}

/// A run of plain ASCII, up to a Block's worth or some more. Gives where it ends.
template <class Char>
const char* StringDecoder::put_plain(const char* p, Char*& out) const {
  constexpr int blocks = 4;
  for (int i = 0; i < blocks && end_ - p >= static_cast<std::ptrdiff_t>(block_reach); ++i) {
    put_block(p, out);
    const std::uint32_t specials = BaselineBlock::specials(p);
    const std::size_t plain =
        specials == 0 ? BaselineBlock::size : static_cast<std::size_t>(std::countr_zero(specials));
    out += plain;
    p += plain;
    if (specials != 0) return p;
  }
  for (int i = 0; i < longest_run && is_plain(*p); ++i) *out++ = static_cast<Char>(*p++);
  return p;
}

/// A run of sequences beyond ASCII from p_ on. Stop::wider if it ends in one that does not fit
/// (`pending_`).
template <class Char>
StringDecoder::Stop StringDecoder::put_sequences(Char*& out) {
  const char* p = p_;
  std::uint32_t all = all_;
  Stop stop = Stop::closed;
  if constexpr (sizeof(Char) > 1) {
    if (end_ - p >= sequences_reach) {
      p = put_at_once(p, out, all);
      if (p != p_) {
        p_ = p;
        all_ = all;
        return Stop::closed;
      }
    }
  }
  for (int i = 0; i < longest_run && static_cast<signed char>(*p) < 0; ++i) {
    if constexpr (sizeof(Char) > 1) {
      if (end_ - p >= 4) {
        // The two most frequent forms, as they lie in a word: lead and continuation bytes.
        const std::uint32_t word =
            static_cast<std::uint32_t>(static_cast<unsigned char>(p[0])) |
            static_cast<std::uint32_t>(static_cast<unsigned char>(p[1])) << 8 |
            static_cast<std::uint32_t>(static_cast<unsigned char>(p[2])) << 16;
        const std::uint32_t three = (word & 0x0F) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
        if ((word & 0xC0C0F0) == 0x8080E0 && three >= 0x800) {
          all |= three;
          *out++ = static_cast<Char>(three);
          p += 3;
          continue;
        }
        const std::uint32_t two = (word & 0x1F) << 6 | (word >> 8 & 0x3F);
        if ((word & 0xC0E0) == 0x80C0 && two >= 0x80) {
          all |= two;
          *out++ = static_cast<Char>(two);
          p += 2;
          continue;
        }
      }
    }
    const std::uint32_t character = read_sequence(p);
    if (character == 0) {
      stop = fail(ParseFault::invalid_utf8, begin_);
      break;
    }
    if (character >= limit_of<Char>) {
      pending_ = character;
      stop = Stop::wider;
      break;
    }
    all |= character;
    *out++ = static_cast<Char>(character);
  }
  p_ = p;
  all_ = all;
  return stop;
}

/// A run of \uXXXX that are no surrogates, or pairs of them. False if there is none at p.
template <class Char>
bool StringDecoder::put_unicode_escapes(const char*& p, Char*& out) {
  const char* const first = p;
  std::uint32_t all = all_;
  for (int i = 0; i < longest_run && end_ - p > 6 && p[0] == '\\' && p[1] == 'u'; ++i) {
    std::uint32_t character = hex4(p + 2);
    if (character > 0xFFFF) break;
    std::ptrdiff_t length = 6;
    if ((character & 0xF800) == 0xD800) {
      if (sizeof(Char) < 4 || end_ - p <= 12 || p[6] != '\\' || p[7] != 'u') break;
      const std::uint32_t low = hex4(p + 8);
      if ((character & 0xFC00) != 0xD800 || (low & ~std::uint32_t{0x3FF}) != 0xDC00) break;
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
      length = 12;
    }
    all |= character;
    *out++ = static_cast<Char>(character);
    p += length;
  }
  all_ = all;
  escaped_ = true;
  return p != first;
}

/// p_ is at a backslash, and what follows is no escape of one letter.
bool StringDecoder::take_unicode_escape(std::uint32_t& character) {
  escaped_ = true;
  const char* p = p_;
  if (auto fault = skip_escape(p, end_, begin_ - 1)) {
    fail(fault->fault, fault->where);
    return false;
  }
  character = hex4(p_ + 2);
  p_ = p;
  // The other half of a pair, unless the text ends with it, which is a fault to be found next.
  if ((character & 0xFC00) == 0xD800 && end_ - p > 6 && p[0] == '\\' && p[1] == 'u') {
    const std::uint32_t low = hex4(p + 2);
    if ((low & 0x1FC00) == 0xDC00) {
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
      p_ += 6;
    }
  }
  return true;
}

/// p_ is at a control character, which may be the NUL behind the text.
bool StringDecoder::take_control() {
  if (p_ == end_) {
    fail(ParseFault::unterminated_string, begin_ - 1);
    return false;
  }
  if (control_characters_ == ControlCharacters::reject) {
    fail(ParseFault::control_character, p_);
    return false;
  }
  ++p_;
  return true;
}

StringDecoder::Stop StringDecoder::fail(ParseFault fault, const char* where) {
  fault_ = {fault, where};
  return Stop::fault;
}

/// Room for length_ characters (or those up to `out`, if they are more) and twice the slack;
/// returns where `out` has moved.
template <class Char>
Char* StringDecoder::make_room(Char* out) {
  const std::size_t used = static_cast<std::size_t>(out - memory<Char>());
  const std::size_t needed = ((used > length_ ? used : length_) + 2 * slack) * sizeof(Char);
  if (needed <= capacity_) return out;
  std::size_t capacity = capacity_;
  while (capacity < needed) capacity *= 2;
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  std::memcpy(larger.get(), memory_, std::min(used * sizeof(Char), capacity_));
  larger_ = std::move(larger);
  memory_ = larger_.get();
  capacity_ = capacity;
  return memory<Char>() + used;
}

/// From the last to the first: the wider characters take the place of those behind them.
template <class From, class To>
void StringDecoder::widen() {
  make_room(memory<To>() + length_);
  To* const to = memory<To>();
  for (std::size_t i = length_; i-- > 0;) {
    From character;
    std::memcpy(&character, memory_ + i * sizeof(From), sizeof(From));
    to[i] = character;
  }
}

void StringDecoder::narrow() {
  const std::uint16_t* const from = memory<std::uint16_t>();
  std::uint8_t* const to = memory<std::uint8_t>();
  for (std::size_t i = 0; i < length_; ++i) to[i] = static_cast<std::uint8_t>(from[i]);
}

}  // namespace adyton::json
