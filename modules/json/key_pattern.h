#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace adyton::json {

/// The begin of a member as it is expected in a document: what stands between the key's quotes, and
/// the closing quote, so that one comparison of 32 bytes both finds a key's end and recognises it.
/// For keys without control characters, whose bytes have one meaning under all options.
struct KeyPattern {
  static constexpr std::size_t head_size = 32;
  static constexpr std::size_t longest = 127;  // bytes of a key

  char head[head_size];
  std::uint32_t mask;  // a bit for each byte of `head` that counts
  std::uint32_t size;  // bytes of key and quote
  const char* tail;    // what follows behind `head`; borrowed

  /// `key` must remain where it is if it is longer than `head`, with its quote behind it.
  void set(std::string_view key) {
    size = static_cast<std::uint32_t>(key.size() + 1);
    const std::size_t here = size < head_size ? size : head_size;
    std::memset(head, 0, head_size);
    std::memcpy(head, key.data(), here < size ? here : key.size());
    if (size <= head_size) head[size - 1] = '"';
    mask = here == head_size ? ~std::uint32_t{0} : (std::uint32_t{1} << here) - 1;
    tail = size > head_size ? key.data() + head_size : nullptr;
  }

  /// The same where the text behind `head` is concerned: for a text whose first bytes are `head`.
  bool tail_matches(const char* text, const char* end) const {
    if (size <= head_size) return true;
    return static_cast<std::size_t>(end - text) >= size &&
           std::memcmp(text + head_size, tail, size - head_size) == 0;
  }
};

}  // namespace adyton::json
