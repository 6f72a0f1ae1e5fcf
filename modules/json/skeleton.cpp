#include "modules/json/skeleton.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "host/base/cpu.h"
#include "modules/json/cursor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace adyton::json::detail {

#if defined(__x86_64__)

namespace {

constexpr std::size_t block = 64;

// What is known of a byte: a bit each, and its kind, if it is structural.
constexpr unsigned structural = 0;  // a bracket, a comma or a colon
constexpr unsigned quote = 1;
constexpr unsigned backslash = 2;
constexpr unsigned other = 3;    // neither of these, nor white space
constexpr unsigned control = 7;  // may stand in no string
static_assert(Skeleton::kind == 0x70 && Skeleton::quoted == 1 << quote);

/// Of each byte of ASCII; what is beyond is as the last.
constexpr auto traits = [] {
  std::array<std::uint8_t, 128> table;
  table.fill(1 << other);
  const auto set = [&table](std::string_view characters, unsigned bits) {
    for (const char c : characters) {
      table[static_cast<unsigned char>(c)] = static_cast<std::uint8_t>(bits);
    }
  };
  for (unsigned c = 0; c < ' '; ++c) table[c] |= 1 << control;
  set("\t\n\r", 1 << control);
  set(" ", 0);
  set("\"", 1 << quote);
  set("\\", 1 << backslash | 1 << other);
  set("{", 1 << structural | Skeleton::brace);
  set("}", 1 << structural | Skeleton::end_brace);
  set("[", 1 << structural | Skeleton::bracket);
  set("]", 1 << structural | Skeleton::end_bracket);
  set(",", 1 << structural | Skeleton::comma);
  set(":", 1 << structural | Skeleton::colon);
  return table;
}();

/// What is known of a block's bytes: for each of the first bits a word with a bit for each byte,
/// the first byte's the lowest.
using Planes = std::array<std::uint64_t, 4>;

/// What is carried from block to block, a bit for each of a block's bytes, the first byte's the
/// lowest.
struct Passed {
  std::uint64_t in_string = 0;  // all bits set: the block begins in one
  std::uint64_t escaped = 0;    // 1: its first byte follows a backslash
  std::uint64_t scalar = 0;     // 1: the byte before it is of a scalar that is no string
  bool wrong = false;           // there was a backslash that escapes nothing
};

/// The bytes that follow a backslash which is not itself escaped.
inline std::uint64_t escaped_bytes(std::uint64_t backslashes, std::uint64_t& carry) {
  std::uint64_t escaped = carry;
  carry = 0;
  for (std::uint64_t rest = backslashes & ~escaped; rest != 0;) {
    const std::uint64_t first = rest & -rest;
    escaped |= first << 1;
    carry = first >> 63;
    rest &= ~(first | first << 1);
  }
  return escaped;
}

/// Whether each of these bytes may follow a backslash.
bool are_escapes(const char* text, std::uint64_t escaped) {
  for (; escaped != 0; escaped &= escaped - 1) {
    const char* const p = text + std::countr_zero(escaped);
    if (std::string_view("\"\\/bfnrt").find(*p) != std::string_view::npos) continue;
    if (*p != 'u' || !std::all_of(p + 1, p + 5, is_hex)) return false;
  }
  return true;
}

#define ADYTON_AVX2 [[gnu::target("avx2,bmi,bmi2,popcnt,pclmul")]]

/// For each bit the sum of those up to it.
ADYTON_AVX2 inline std::uint64_t sums_of(std::uint64_t bits) {
  const __m128i word = _mm_set_epi64x(0, static_cast<long long>(bits));
  return static_cast<std::uint64_t>(
      _mm_cvtsi128_si64(_mm_clmulepi64_si128(word, _mm_set1_epi8(-1), 0)));
}

/// The parts that begin in the block at `text`.
ADYTON_AVX2 inline std::uint64_t parts_of(const Planes& planes, const char* text, Passed& passed) {
  std::uint64_t quotes = planes[quote];
  if ((planes[backslash] | passed.escaped) != 0) [[unlikely]] {
    const std::uint64_t escaped = escaped_bytes(planes[backslash], passed.escaped);
    quotes &= ~escaped;
    if (!are_escapes(text, escaped)) passed.wrong = true;
  }
  // From an opening quote to before the closing one.
  const std::uint64_t in_string = sums_of(quotes) ^ passed.in_string;
  passed.in_string = -(in_string >> 63);
  const std::uint64_t scalar = planes[other] & ~in_string;
  const std::uint64_t scalar_begins = scalar & ~(scalar << 1 | passed.scalar);
  passed.scalar = scalar >> 63;
  return (planes[structural] & ~in_string) | (quotes & in_string) | scalar_begins;
}

constexpr std::array<std::uint8_t, block> bytes_of(unsigned (*of)(unsigned)) {
  std::array<std::uint8_t, block> bytes{};
  for (unsigned i = 0; i < block; ++i) bytes[i] = static_cast<std::uint8_t>(of(i));
  return bytes;
}
constexpr auto counting = bytes_of([](unsigned i) { return i; });
constexpr auto by_bit = bytes_of([](unsigned i) { return i % 8 * 8 + i / 8; });

}  // namespace

#define ADYTON_AVX512 \
  [[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,gfni,bmi,bmi2,popcnt,pclmul")]]

/// Reads with AVX-512.
struct Skeleton::Avx512 {
  /// Eight times eight bytes are transposed as matrices of bits, and then gathered bit for bit.
  ADYTON_AVX512 [[gnu::always_inline]] static inline Planes planes_of(__m512i of_bytes) {
    const __m512i units = _mm512_set1_epi64(static_cast<long long>(0x8040201008040201));
    const __m512i turned = _mm512_gf2p8affine_epi64_epi8(units, of_bytes, 0);
    const __m512i gathered = _mm512_permutexvar_epi8(_mm512_loadu_si512(by_bit.data()), turned);
    // The first byte's bit came out as the highest.
    const __m512i words = _mm512_gf2p8affine_epi64_epi8(gathered, units, 0);
    alignas(sizeof(__m256i)) Planes planes;
    _mm256_store_si256(reinterpret_cast<__m256i*>(planes.data()), _mm512_castsi512_si256(words));
    // Else GCC takes them out of the vector one by one, with instructions that are scarcer.
    __asm__("" : "+m"(planes));
    return planes;
  }

  ADYTON_AVX512 [[gnu::always_inline]] static inline void put(std::int16_t* to, __m512i base,
                                                              __m256i places) {
    const __m512i offsets = _mm512_add_epi16(base, _mm512_cvtepu8_epi16(places));
    const auto halves = reinterpret_cast<__m256i*>(to);
    _mm256_storeu_si256(halves, _mm512_castsi512_si256(offsets));
    _mm256_storeu_si256(halves + 1, _mm512_extracti64x4_epi64(offsets, 1));
  }

  /// The parts of a block, to where `out` has `size` of them; gives how many they are then.
  ADYTON_AVX512 [[gnu::always_inline]] static inline std::size_t take(const char* text,
                                                                      __m512i bytes, __m512i base,
                                                                      __m512i& seen, Passed& passed,
                                                                      Skeleton& out,
                                                                      std::size_t size) {
    // Beyond ASCII all is as the last byte in it.
    const __m512i of_bytes = _mm512_permutex2var_epi8(
        _mm512_loadu_si512(traits.data()), _mm512_min_epu8(bytes, _mm512_set1_epi8(0x7f)),
        _mm512_loadu_si512(traits.data() + block));
    seen = _mm512_or_si512(seen, of_bytes);
    const std::uint64_t parts = parts_of(planes_of(of_bytes), text, passed);
    const __m512i found = _mm512_maskz_compress_epi8(parts, of_bytes);
    const __m512i places = _mm512_maskz_compress_epi8(parts, _mm512_loadu_si512(counting.data()));
    const auto to = reinterpret_cast<__m256i*>(out.parts_.data() + size);
    // Stores of 32 bytes: from the second half of a longer one no load is served before it is in
    // the cache.
    std::int16_t* const offsets = out.offsets_.data() + size;
    _mm256_storeu_si256(to, _mm512_castsi512_si256(found));
    put(offsets, base, _mm512_castsi512_si256(places));
    const int count = std::popcount(parts);
    if (count > 32) [[unlikely]] {
      _mm256_storeu_si256(to + 1, _mm512_extracti64x4_epi64(found, 1));
      put(offsets + 32, base, _mm512_extracti64x4_epi64(places, 1));
    }
    return size + static_cast<std::size_t>(count);
  }

  ADYTON_AVX512 static bool read(std::string_view text, Skeleton& out) {
    Passed passed;
    std::size_t size = 0;
    const char* p = text.data();
    __m512i base = _mm512_setzero_si512();
    __m512i seen = _mm512_setzero_si512();   // all that is known of any byte
    __m512i bytes = _mm512_setzero_si512();  // all of them
    for (std::size_t blocks = text.size() / block; blocks > 0; --blocks, p += block) {
      const __m512i its = _mm512_loadu_si512(p);
      size = take(p, its, base, seen, passed, out, size);
      bytes = _mm512_or_si512(bytes, its);
      base = _mm512_add_epi16(base, _mm512_set1_epi16(block));
    }
    const __mmask64 rest = (__mmask64{1} << text.size() % block) - 1;
    const __m512i its = _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), rest, p);
    size = take(p, its, base, seen, passed, out, size);
    out.ascii_ = _mm512_movepi8_mask(_mm512_or_si512(bytes, its)) == 0;
    static_assert(control == 7);
    if (_mm512_movepi8_mask(seen) != 0 || passed.wrong || passed.in_string != 0) return false;
    std::memset(out.parts_.data() + size, end, 32);
    out.offsets_[size] = static_cast<std::int16_t>(text.size());
    out.size_ = size;
    return true;
  }
};

bool Skeleton::available() {
  return vector_level() >= VectorLevel::avx512;
}

bool Skeleton::read(std::string_view text) {
  return Avx512::read(text, *this);
}

#else

bool Skeleton::available() {
  return false;
}
bool Skeleton::read(std::string_view) {
  return false;
}

#endif

}  // namespace adyton::json::detail
