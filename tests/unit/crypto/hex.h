#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/text.h"

namespace adyton::crypto::test {

/// The bytes of a hexadecimal text.
inline std::string unhex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return out;
}

inline std::string hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}
inline std::string hex(std::string_view text) {
  return hex(as_bytes(text));
}

inline std::uint8_t* data_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

/// seal() and open() of any AeadCipher, on strings.
template <class Cipher>
std::string seal(Cipher& cipher, std::string_view nonce, std::string_view associated_data,
                 std::string_view plaintext) {
  std::string out(plaintext.size() + 16, '\0');
  cipher.seal(as_bytes(nonce), as_bytes(associated_data), as_bytes(plaintext), data_of(out));
  return out;
}

/// nullopt-like: "" and ok = false for what was refused; `out` as the cipher left it.
struct Opened {
  bool ok;
  std::string out;
};

template <class Cipher>
Opened open(Cipher& cipher, std::string_view nonce, std::string_view associated_data,
            std::string_view ciphertext) {
  Opened opened{false, std::string(ciphertext.size() < 16 ? 0 : ciphertext.size() - 16, '?')};
  opened.ok = cipher.open(as_bytes(nonce), as_bytes(associated_data), as_bytes(ciphertext),
                          data_of(opened.out));
  return opened;
}

/// Every text that differs from `text` in one bit.
template <class Visitor>
void for_each_bit_flip(const std::string& text, Visitor visitor) {
  for (std::size_t i = 0; i < text.size() * 8; ++i) {
    std::string flipped = text;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    visitor(flipped);
  }
}

}  // namespace adyton::crypto::test
