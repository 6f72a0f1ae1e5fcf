#include "modules/json/ascii_text.h"

#include <algorithm>
#include <cstdint>

#include "host/base/text.h"

namespace adyton::json {
namespace {

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

void put_unit(Buffer& out, std::uint32_t unit) {
  static constexpr char hex[] = "0123456789abcdef";
  const char text[] = {
      '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
  out.put(std::string_view(text, sizeof text));
}

/// The character of a well-formed UTF-8 sequence of two bytes or more.
std::uint32_t character_of(std::string_view sequence) {
  std::uint32_t character = static_cast<unsigned char>(sequence[0]) & (0x7Fu >> sequence.size());
  for (const char c : sequence.substr(1)) {
    character = character << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  }
  return character;
}

}  // namespace

void put_json_ascii(Buffer& out, std::string_view json) {
  while (!json.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if_not(json, is_ascii) - json.begin());
    out.put(json.substr(0, plain));
    json.remove_prefix(plain);
    if (json.empty()) return;
    const std::size_t size = utf8_sequence(json);
    const std::uint32_t character = character_of(json.substr(0, size));
    if (character >= 0x10000) {
      put_unit(out, 0xD800 + ((character - 0x10000) >> 10));
      put_unit(out, 0xDC00 + (character & 0x3FF));
    } else {
      put_unit(out, character);
    }
    json.remove_prefix(size);
  }
}

}  // namespace adyton::json
