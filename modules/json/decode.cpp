#include "modules/json/decode.h"

#include <cstring>

#include "modules/json/utf8_sequence.h"

namespace adyton::json {
namespace {

bool is_high_surrogate(std::uint32_t c) {
  return c >= 0xD800 && c <= 0xDBFF;
}
bool is_low_surrogate(std::uint32_t c) {
  return c >= 0xDC00 && c <= 0xDFFF;
}

std::uint32_t hex_digit(char c) {
  if (c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
}

/// The value of four hex digits.
std::uint32_t hex4(const char* p) {
  return hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 | hex_digit(p[2]) << 4 | hex_digit(p[3]);
}

}  // namespace

std::uint32_t read_escape(const char*& p, const char* end) {
  const char code = p[1];
  p += 2;
  switch (code) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      break;
    default:
      return static_cast<std::uint32_t>(code);  // the quote, the backslash, the solidus
  }
  const std::uint32_t first = hex4(p);
  p += 4;
  if (is_high_surrogate(first) && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
    const std::uint32_t second = hex4(p + 2);
    if (is_low_surrogate(second)) {
      p += 6;
      return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }
  }
  return first;
}

namespace {

/// The end of the run of bytes from p on that are ASCII and no backslash.
const char* skip_ascii(const char* p, const char* end) {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    const std::uint64_t differs = word ^ (ones * '\\');
    if (((word | ((differs - ones) & ~differs)) & (ones * 0x80)) != 0) break;
    p += 8;
  }
  while (p != end && static_cast<unsigned char>(*p) < 0x80 && *p != '\\') ++p;
  return p;
}

Width width_of(std::uint32_t all) {
  if (all < 0x80) return Width::ascii;
  if (all < 0x100) return Width::latin1;
  return all < 0x10000 ? Width::ucs2 : Width::ucs4;
}

}  // namespace

std::optional<StringToken> measure(std::string_view raw) {
  StringToken token{raw};
  const char* p = raw.data();
  const char* const end = p + raw.size();
  std::uint32_t all = 0;  // the characters or'ed together: its highest bit tells the width
  while (p != end) {
    if (*p == '\\') {
      token.escaped = true;
      all |= read_escape(p, end);
      ++token.length;
    } else if (static_cast<unsigned char>(*p) < 0x80) {
      const char* const run = skip_ascii(p, end);
      token.length += static_cast<std::size_t>(run - p);
      p = run;
    } else {
      if (!is_sequence(p, end)) return std::nullopt;
      all |= read_sequence(p);
      ++token.length;
    }
  }
  token.width = width_of(all);
  return token;
}

template <class Char>
void decode(const StringToken& token, Char* out) {
  const char* p = token.raw.data();
  const char* const end = p + token.raw.size();
  while (p != end) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '\\') {
      *out++ = static_cast<Char>(read_escape(p, end));
    } else if (c < 0x80) {
      const char* run = skip_ascii(p, end);
      while (p != run) *out++ = static_cast<Char>(*p++);
    } else {
      *out++ = static_cast<Char>(read_sequence(p));
    }
  }
}

template void decode(const StringToken&, std::uint8_t*);
template void decode(const StringToken&, std::uint16_t*);
template void decode(const StringToken&, std::uint32_t*);

std::string to_utf8(const StringToken& token) {
  if (!token.escaped) return std::string(token.raw);
  std::string out;
  out.reserve(token.raw.size());
  const auto put = [&out](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  const char* p = token.raw.data();
  const char* const end = p + token.raw.size();
  while (p != end) {
    if (*p != '\\') {
      put(static_cast<unsigned char>(*p++));
      continue;
    }
    const std::uint32_t c = read_escape(p, end);
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6);
      put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12);
      put(0x80 | (c >> 6 & 0x3F));
      put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3F));
      put(0x80 | (c >> 6 & 0x3F));
      put(0x80 | (c & 0x3F));
    }
  }
  return out;
}

}  // namespace adyton::json
