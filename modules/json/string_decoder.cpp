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
constexpr std::size_t slack = 112;
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

constexpr std::uint8_t no_digit = 0xFF;

constexpr auto hex_digits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i) {
    table['a' + i] = table['A' + i] = static_cast<std::uint8_t>(10 + i);
  }
  return table;
}();

/// The value of four hexadecimal digits, or one beyond 0xFFFF if they are not.
std::uint32_t hex4(const char* p) {
  const auto digit = [p](int i) -> std::uint32_t {
    return hex_digits[static_cast<unsigned char>(p[i])];
  };
  const std::uint32_t value = digit(0) << 12 | digit(1) << 8 | digit(2) << 4 | digit(3);
  const bool valid = ((digit(0) | digit(1) | digit(2) | digit(3)) & 0xF0) == 0;
  return valid ? value : 0x10000;
}

bool is_plain(char c) {
  const auto byte = static_cast<signed char>(c);
  return byte >= ' ' && byte != '"' && byte != '\\';
}

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

// What the two below read, at most, from where they begin.
constexpr std::ptrdiff_t whole_run_reach = 64;

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
    all |= any_of_16(characters);
    out += 8;
    p += 16;
  }
  return p;
}

/// Sequences of three bytes, four at once, up to 16.
__attribute__((target("avx2"))) const char* put_triples(const char* p, std::uint16_t*& out,
                                                        std::uint32_t& all) {
  const __m128i apart = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i triples = _mm_shuffle_epi8(bytes, apart);
    const __m128i marks = _mm_and_si128(triples, _mm_set1_epi32(0xC0C0F0));
    const __m128i formed = _mm_cmpeq_epi32(marks, _mm_set1_epi32(0x8080E0));
    const __m128i characters =
        _mm_or_si128(_mm_or_si128(_mm_slli_epi32(_mm_and_si128(triples, _mm_set1_epi32(0x0F)), 12),
                                  _mm_and_si128(_mm_srli_epi32(triples, 2), _mm_set1_epi32(0xFC0))),
                     _mm_and_si128(_mm_srli_epi32(triples, 16), _mm_set1_epi32(0x3F)));
    const __m128i large = _mm_cmpgt_epi32(characters, _mm_set1_epi32(0x7FF));
    if (_mm_movemask_epi8(_mm_and_si128(formed, large)) != 0xFFFF) break;
    const __m128i packed = _mm_packus_epi32(characters, characters);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), packed);
    all |= any_of_16(packed);
    out += 4;
    p += 12;
  }
  return p;
}

#endif

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
  Stop stop = run<std::uint8_t>();
  if (stop == Stop::wider) {
    if (pending_ < limit_of<std::uint16_t>) {
      widen<std::uint8_t, std::uint16_t>();
      stop = run<std::uint16_t>();
      if (stop == Stop::wider) {
        widen<std::uint16_t, std::uint32_t>();
        stop = run<std::uint32_t>();
      }
    } else {
      widen<std::uint8_t, std::uint32_t>();
      stop = run<std::uint32_t>();
    }
  }
  if (stop == Stop::fault) return nullptr;
  token.raw = {begin, static_cast<std::size_t>(p_ - begin)};
  token.length = length_;
  token.width = width_of(all_);
  token.escaped = escaped_;
  if (token.width == Width::latin1) narrow();
  token.characters = memory_;
  return p_;
}

template <class Char>
StringDecoder::Stop StringDecoder::run() {
  Char* out = memory<Char>() + length_;
  if constexpr (sizeof(Char) > 1) {
    all_ |= pending_;
    *out++ = static_cast<Char>(pending_);
  }
  const Char* limit = memory<Char>() + capacity_ / sizeof(Char) - slack;
  const char* p = p_;
  Stop stop = Stop::closed;
  for (;;) {
    if (out > limit) {
      out = make_room(out);
      limit = memory<Char>() + capacity_ / sizeof(Char) - slack;
    }
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
#if defined(__x86_64__)
  if constexpr (sizeof(Char) == 2) {
    if (end_ - p >= whole_run_reach) {
      if (static_cast<unsigned char>(*p) < 0xE0) {
        p = put_pairs(p, out, all);
      } else if (vector_level() >= VectorLevel::avx2) {
        p = put_triples(p, out, all);
      }
      if (p != p_) {
        p_ = p;
        all_ = all;
        return Stop::closed;
      }
    }
  }
#endif
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

/// A run of \uXXXX that are no surrogates. False if there is none at p.
template <class Char>
bool StringDecoder::put_unicode_escapes(const char*& p, Char*& out) {
  const char* const first = p;
  std::uint32_t all = all_;
  for (int i = 0; i < longest_run && end_ - p > 6 && p[0] == '\\' && p[1] == 'u'; ++i, p += 6) {
    const std::uint32_t character = hex4(p + 2);
    if (character > 0xFFFF || (character & 0xF800) == 0xD800) break;
    all |= character;
    *out++ = static_cast<Char>(character);
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
