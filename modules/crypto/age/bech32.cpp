#include "modules/crypto/age/bech32.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace adyton::crypto::age {
namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_size = 6;
constexpr std::size_t longest_prefix = 83;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c | 0x20) : c;
}

/// BIP 173's checksum over groups of five bits.
class Checksum {
 public:
  void add(std::uint8_t value) {
    constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                     0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = (state_ & 0x1ffffff) << 5 ^ value;
    for (std::size_t i = 0; i < generator.size(); ++i) {
      if ((top >> i & 1) != 0) state_ ^= generator[i];
    }
  }
  void add_prefix(std::string_view prefix) {
    for (const char c : prefix) add(static_cast<std::uint8_t>(lower(c) >> 5));
    add(0);
    for (const char c : prefix) add(static_cast<std::uint8_t>(lower(c) & 31));
  }
  std::uint32_t state() const { return state_; }

 private:
  std::uint32_t state_ = 1;
};

bool has_one_case(std::string_view text) {
  return std::ranges::none_of(text, is_upper) || std::ranges::none_of(text, is_lower);
}

bool is_prefix(std::string_view prefix) {
  return !prefix.empty() && prefix.size() <= longest_prefix &&
         std::ranges::all_of(prefix, [](char c) { return c >= '!' && c <= '~'; });
}

/// The values of the characters, one byte each, at `out`; false if one is not of the alphabet.
bool read_values(std::string_view text, std::uint8_t* out) {
  for (const char c : text) {
    const std::size_t value = alphabet.find(lower(c));
    if (value == std::string_view::npos) return false;
    *out++ = static_cast<std::uint8_t>(value);
  }
  return true;
}

/// Groups of five bits as bytes; nullopt if what is left over is not fewer than five zero bits.
std::optional<Secret> join_bits(Bytes values) {
  Secret data(values.size() * 5 / 8);
  std::size_t filled = 0;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t value : values) {
    bits = (bits << 5 | value) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    data.data()[filled++] = static_cast<std::uint8_t>(bits >> count);
  }
  if (count >= 5 || (bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return data;
}

}  // namespace

std::string encode_bech32(std::string_view prefix, Bytes data) {
  std::string out;
  // No reallocation may leave a part of a key behind.
  out.reserve(prefix.size() + 1 + (data.size() * 8 + 4) / 5 + checksum_size);
  out += prefix;
  out += '1';
  Checksum checksum;
  checksum.add_prefix(prefix);
  const auto put = [&](std::uint32_t value) {
    checksum.add(static_cast<std::uint8_t>(value & 31));
    out += alphabet[value & 31];
  };
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : data) {
    bits = (bits << 8 | byte) & 0xfff;
    for (count += 8; count >= 5;) put(bits >> (count -= 5));
  }
  if (count != 0) put(bits << (5 - count));
  for (std::size_t i = 0; i < checksum_size; ++i) checksum.add(0);
  const std::uint32_t sum = checksum.state() ^ 1;
  for (std::size_t i = 0; i < checksum_size; ++i) out += alphabet[sum >> (25 - 5 * i) & 31];
  return out;
}

std::optional<Bech32> decode_bech32(std::string_view text) {
  const std::size_t separator = text.rfind('1');
  if (separator == std::string_view::npos || !has_one_case(text)) return std::nullopt;
  const std::string_view prefix = text.substr(0, separator);
  const std::string_view rest = text.substr(separator + 1);
  if (!is_prefix(prefix) || rest.size() < checksum_size) return std::nullopt;
  Secret values(rest.size());
  if (!read_values(rest, values.data())) return std::nullopt;
  Checksum checksum;
  checksum.add_prefix(prefix);
  for (const std::uint8_t value : values.bytes()) checksum.add(value);
  if (checksum.state() != 1) return std::nullopt;
  auto data = join_bits(values.bytes().first(rest.size() - checksum_size));
  if (!data) return std::nullopt;
  return Bech32{std::string(prefix), *std::move(data)};
}

}  // namespace adyton::crypto::age
