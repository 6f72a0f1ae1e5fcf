#include "modules/json/scan.h"

#include <array>

#include "modules/json/cursor.h"
#include "modules/json/decode.h"

namespace adyton::json {
namespace detail {

const char* Cursor::escape(const char* p) {
  const char code = p + 1 < end_ ? p[1] : '\0';
  switch (code) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return p + 2;
    case 'u':
      for (int i = 2; i < 6; ++i) {
        if (p + i >= end_ || !is_hex(p[i])) return fail(p, "\\u needs four hexadecimal digits");
      }
      return p + 6;
    default:
      return fail(p, "not an escape that JSON has");
  }
}

const char* Cursor::number(const char* p) {
  const auto digits = [this](const char* q) {
    while (q < end_ && is_digit(*q)) ++q;
    return q;
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

const char* Cursor::literal(const char* p) {
  // The padding lets four bytes be read at once, and one comparison do for two words.
  std::uint32_t word;
  std::memcpy(&word, p, sizeof word);
  const auto is = [word](const char* text) {
    std::uint32_t other;
    std::memcpy(&other, text, sizeof other);
    return word == other;
  };
  if (is("true") | is("null")) {
    if (p + 4 <= end_) return p + 4;
  } else if (is("fals") && p + 5 <= end_ && p[4] == 'e') {
    return p + 5;
  }
  return fail(p, "expected a value");
}

const char* Cursor::scalar(const char* p) {
  if (p >= end_) return fail(p, "expected a value");
  if (*p == '"') {
    bool escaped = false;
    return string(p, escaped);
  }
  return *p == '-' || is_digit(*p) ? number(p) : literal(p);
}

const char* Cursor::other_value(const char* p, const unsigned depth) {
  if (p >= end_ || (*p != '{' && *p != '[')) return scalar(p);
  // One bit for each open container: set for an object. No recursion, whatever the text nests.
  std::array<std::uint64_t, max_depth / 64> objects;
  unsigned open = depth;
  bool object = false;  // what the innermost one is
  for (;;) {
    // At a value.
    if (p < end_ && (*p == '{' || *p == '[')) {
      if (open == max_depth) return fail(p, "nested more than 1024 deep");
      object = *p == '{';
      const std::uint64_t bit = std::uint64_t{1} << (open % 64);
      objects[open / 64] = object ? objects[open / 64] | bit : objects[open / 64] & ~bit;
      ++open;
      p = space(p + 1);
      if (!at(p, object ? '}' : ']')) {
        if (object && (p = member(p)) == nullptr) return nullptr;
        continue;
      }
    } else {
      p = scalar(p);
      if (p == nullptr) return nullptr;
      p = space(p);
    }
    // Behind a value: close what it ends, or go on to the next member or element.
    while (!at(p, ',')) {
      if (!at(p, object ? '}' : ']')) {
        return fail(p, object ? "expected a comma or a closing brace"
                              : "expected a comma or a closing bracket");
      }
      if (--open == depth) return p + 1;
      object = (objects[(open - 1) / 64] >> ((open - 1) % 64) & 1) != 0;
      p = space(p + 1);
    }
    p = space(p + 1);
    if (object && (p = member(p)) == nullptr) return nullptr;
  }
}

}  // namespace detail

namespace {

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace

Fault validate(std::string_view text) {
  detail::Cursor cursor(text.data(), text.data() + text.size());
  const char* p = cursor.value(cursor.space(cursor.begin()), 0);
  if (p == nullptr) return cursor.fault();
  p = cursor.space(p);
  if (p < cursor.end()) cursor.fail(p, "something stands behind the value");
  return cursor.fault();
}

Fault skip_value(std::string_view text, std::size_t& cursor, unsigned depth) {
  detail::Cursor scanner(text.data(), text.data() + text.size());
  const char* const p = scanner.value(scanner.begin() + cursor, depth);
  if (p != nullptr) cursor = static_cast<std::size_t>(p - scanner.begin());
  return scanner.fault();
}

void skip_space(std::string_view text, std::size_t& cursor) {
  while (cursor < text.size() && detail::is_space(text[cursor])) ++cursor;
}

Fault skip_string(std::string_view text, std::size_t& cursor, bool& escaped) {
  detail::Cursor scanner(text.data(), text.data() + text.size());
  const char* const p = scanner.string(scanner.begin() + cursor, escaped);
  if (p != nullptr) cursor = static_cast<std::size_t>(p - scanner.begin());
  return scanner.fault();
}

bool unescape(std::string_view inside, std::string& out) {
  bool whole = true;
  while (!inside.empty()) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out += inside.substr(0, plain);
    inside.remove_prefix(plain);
    if (inside.empty()) break;
    const char* p = inside.data();
    const std::uint32_t code = read_escape(p, inside.data() + inside.size());
    inside.remove_prefix(static_cast<std::size_t>(p - inside.data()));
    if (code >= 0xd800 && code < 0xe000) whole = false;
    append_utf8(code, out);
  }
  return whole;
}

void append_quoted(std::string_view text, std::string& out) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  out += '"';
}

}  // namespace adyton::json
