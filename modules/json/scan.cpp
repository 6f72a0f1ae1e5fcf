#include "modules/json/scan.h"

#include <algorithm>

#include "modules/json/cursor.h"
#include "modules/json/decode.h"

namespace adyton::json {
namespace detail {

template <class Specials>
const char* Cursor<Specials>::escape(const char* p) {
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

/// From a special byte that is no closing quote.
template <class Specials>
const char* Cursor<Specials>::rest_of_string(const char* p, bool& escaped) {
  Place place = specials_.place();
  for (;;) {
    if (p >= end_) return fail(end_, "the string is not closed");
    if (*p == '"') break;
    if (*p != '\\') return fail(p, "a control character in a string must be escaped");
    escaped = true;
    p = escape(p);
    if (p == nullptr) return nullptr;
    p = specials_.from(p, place);
  }
  specials_.set_place(place);
  return p + 1;
}

template <class Specials>
const char* Cursor<Specials>::container(const char* p, const unsigned depth) {
  Place place = specials_.place();
  OpenBits nest(depth);
  p = nested(p, nest, place);
  specials_.set_place(place);
  return p;
}

template const char* Cursor<NearbySpecials>::escape(const char*);
template const char* Cursor<NearbySpecials>::rest_of_string(const char*, bool&);
template const char* Cursor<NearbySpecials>::container(const char*, unsigned);
template const char* Cursor<IndexedSpecials>::escape(const char*);
template const char* Cursor<IndexedSpecials>::rest_of_string(const char*, bool&);
template const char* Cursor<IndexedSpecials>::container(const char*, unsigned);

}  // namespace detail

namespace {

/// For single values, which are short as a rule.
using Scanner = detail::Cursor<detail::NearbySpecials>;

template <class Specials>
Fault validate_with(std::string_view text) {
  detail::Cursor<Specials> cursor(text.data(), text.data() + text.size());
  const char* p = cursor.value(cursor.space(cursor.begin()), 0);
  if (p == nullptr) return cursor.fault();
  p = cursor.space(p);
  if (p < cursor.end()) cursor.fail(p, "something stands behind the value");
  return cursor.fault();
}

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
  if (detail::IndexedSpecials::usable(text.size())) {
    return validate_with<detail::IndexedSpecials>(text);
  }
  return validate_with<detail::NearbySpecials>(text);
}

Fault skip_value(std::string_view text, std::size_t& cursor, unsigned depth) {
  Scanner scanner(text.data(), text.data() + text.size());
  const char* const p = scanner.value(scanner.begin() + cursor, depth);
  if (p != nullptr) cursor = static_cast<std::size_t>(p - scanner.begin());
  return scanner.fault();
}

void skip_space(std::string_view text, std::size_t& cursor) {
  while (cursor < text.size() && detail::is_space(text[cursor])) ++cursor;
}

Fault skip_string(std::string_view text, std::size_t& cursor, bool& escaped) {
  Scanner scanner(text.data(), text.data() + text.size());
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
