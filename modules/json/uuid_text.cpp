#include "modules/json/uuid_text.h"

#include <array>
#include <cstring>

namespace adyton::json {
namespace {

/// "00" to "ff", one after the other.
constexpr auto hex_pairs = [] {
  constexpr char digits[] = "0123456789abcdef";
  std::array<char, 512> text{};
  for (unsigned i = 0; i < 256; ++i) {
    text[2 * i] = digits[i / 16];
    text[2 * i + 1] = digits[i % 16];
  }
  return text;
}();

}  // namespace

char* write_uuid(std::span<const std::uint8_t, 16> bytes, char* out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    std::memcpy(out, hex_pairs.data() + std::size_t{2} * bytes[i], 2);
    out += 2;
  }
  return out;
}

}  // namespace adyton::json
