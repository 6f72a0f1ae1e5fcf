#include "host/base/base64.h"

#include <array>
#include <cstring>

#include "host/base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace adyton::base64 {
namespace {

constexpr char standard_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Twelve bits at a time: two characters for each of the 4096 values.
using PairTable = std::array<std::array<char, 2>, 4096>;
constexpr PairTable pairs(const char* alphabet) {
  PairTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = {alphabet[i >> 6], alphabet[i & 63]};
  return table;
}
constexpr PairTable standard_pairs = pairs(standard_alphabet);
constexpr PairTable url_pairs = pairs(url_alphabet);

#if defined(__x86_64__)

/// Encodes 24 bytes at a time while 28 can be read; advances both pointers. Muła and Lemire's
/// method
/// ("Faster Base64 Encoding and Decoding Using AVX2 Instructions", 2018): the six-bit groups are
/// put into bytes by two multiplications, and each byte gets its character by adding what its range
/// of the alphabet is away from it.
__attribute__((target("avx2"))) void encode_avx2(const std::uint8_t*& in, std::size_t& left,
                                                 char*& out, Alphabet alphabet) {
  const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,  //
                                          1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const char at_62 = alphabet == Alphabet::url ? '-' - 62 : '+' - 62;
  const char at_63 = alphabet == Alphabet::url ? '_' - 63 : '/' - 63;
  constexpr char digit = '0' - 52;
  const __m256i distance = _mm256_broadcastsi128_si256(
      _mm_setr_epi8('a' - 26, digit, digit, digit, digit, digit, digit, digit, digit, digit, digit,
                    at_62, at_63, 'A', 0, 0));
  for (; left >= 28; left -= 24, in += 24, out += 32) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 12));
    const __m256i bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
    const __m256i outer = _mm256_mulhi_epu16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x0fc0fc00)),
                                             _mm256_set1_epi32(0x04000040));
    const __m256i inner = _mm256_mullo_epi16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x003f03f0)),
                                             _mm256_set1_epi32(0x01000010));
    const __m256i values = _mm256_or_si256(outer, inner);
    // 0 for a to z, 1 to 10 for the digits, 11 and 12 for the last two, 13 for A to Z.
    const __m256i capital = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
    const __m256i range = _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)),
                                          _mm256_and_si256(capital, _mm256_set1_epi8(13)));
    const __m256i text = _mm256_add_epi8(values, _mm256_shuffle_epi8(distance, range));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), text);
  }
}

#endif

constexpr std::uint8_t bad = 0xff;
using ReverseTable = std::array<std::uint8_t, 256>;
constexpr ReverseTable reverse(const char* alphabet) {
  ReverseTable table{};
  table.fill(bad);
  for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(alphabet[i])] = i;
  return table;
}
constexpr ReverseTable standard_reverse = reverse(standard_alphabet);
constexpr ReverseTable url_reverse = reverse(url_alphabet);

}  // namespace

std::size_t encoded_size(std::size_t bytes, Alphabet alphabet) {
  if (alphabet == Alphabet::standard) return (bytes + 2) / 3 * 4;
  return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1);
}

char* encode(Bytes bytes, char* out, Alphabet alphabet) {
  const PairTable& table = alphabet == Alphabet::standard ? standard_pairs : url_pairs;
  const std::uint8_t* in = bytes.data();
  std::size_t left = bytes.size();
#if defined(__x86_64__)
  if (left >= 28 && vector_level() >= VectorLevel::avx2) encode_avx2(in, left, out, alphabet);
#endif
  for (; left >= 3; left -= 3, in += 3, out += 4) {
    const unsigned word = static_cast<unsigned>(in[0] << 16 | in[1] << 8 | in[2]);
    std::memcpy(out, table[word >> 12].data(), 2);
    std::memcpy(out + 2, table[word & 0xfff].data(), 2);
  }
  if (left == 0) return out;
  const unsigned word = static_cast<unsigned>(in[0] << 16 | (left == 2 ? in[1] << 8 : 0));
  std::memcpy(out, table[word >> 12].data(), 2);
  out += 2;
  if (left == 2) *out++ = table[word & 0xfff][0];
  if (alphabet == Alphabet::standard) {
    *out++ = '=';
    if (left == 1) *out++ = '=';
  }
  return out;
}

std::string encode(Bytes bytes, Alphabet alphabet) {
  std::string out(encoded_size(bytes.size(), alphabet), '\0');
  encode(bytes, out.data(), alphabet);
  return out;
}

std::size_t decoded_capacity(std::size_t length) {
  return length / 4 * 3 + length % 4;
}

std::optional<std::size_t> decode(std::string_view text, std::uint8_t* out, Alphabet alphabet) {
  const ReverseTable& table = alphabet == Alphabet::standard ? standard_reverse : url_reverse;
  if (alphabet == Alphabet::standard) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  const std::uint8_t* const start = out;
  const auto value = [&](std::size_t i) { return table[static_cast<unsigned char>(text[i])]; };
  for (; text.size() >= 4; text.remove_prefix(4), out += 3) {
    const unsigned a = value(0), b = value(1), c = value(2), d = value(3);
    if ((a | b | c | d) == bad) return std::nullopt;
    out[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    out[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    out[2] = static_cast<std::uint8_t>(c << 6 | d);
  }
  if (!text.empty()) {
    const unsigned a = value(0), b = value(1), c = text.size() == 3 ? value(2) : 0U;
    const unsigned stray = text.size() == 3 ? c & 3 : b & 15;
    if ((a | b | c) == bad || stray != 0) return std::nullopt;
    *out++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (text.size() == 3) *out++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
  }
  return static_cast<std::size_t>(out - start);
}

std::optional<std::string> decode(std::string_view text, Alphabet alphabet) {
  std::string out(decoded_capacity(text.size()), '\0');
  const auto size = decode(text, reinterpret_cast<std::uint8_t*>(out.data()), alphabet);
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

}  // namespace adyton::base64
