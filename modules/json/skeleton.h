#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace adyton::json::detail {

/// The parts of a text that make its structure, in order: brackets, commas and colons, and where
/// strings and other scalars begin. Two texts with the same parts differ in what is written in
/// their scalars and in white space, and in nothing else. Needs vector instructions: see
/// available().
class Skeleton {
 public:
  /// What a part is: these bits are its kind, ...
  static constexpr std::uint8_t kind = 0x70;
  static constexpr std::uint8_t scalar = 0x00;
  static constexpr std::uint8_t brace = 0x10;
  static constexpr std::uint8_t end_brace = 0x20;
  static constexpr std::uint8_t bracket = 0x30;
  static constexpr std::uint8_t end_bracket = 0x40;
  static constexpr std::uint8_t comma = 0x50;
  static constexpr std::uint8_t colon = 0x60;
  static constexpr std::uint8_t end = 0x70;
  /// ... and this one tells a string from the other scalars; the rest is of no use.
  static constexpr std::uint8_t quoted = 0x02;

  static constexpr std::size_t most = 8192;  // bytes of text
  static constexpr std::size_t nowhere = most + 64;

  /// Whether the processor can do it.
  static bool available();
  /// Whether it can be done, and is worth while, for a text of this size.
  static bool usable(std::size_t text_size) { return text_size >= 48 && text_size <= most; }

  /// Looks through `text`: false if there is a control character in it (if only as white space), or
  /// a string that is not one of JSON's. Other scalars are not looked at, nor is UTF-8.
  /// Precondition: available(), usable(); scan_padding bytes behind the text are readable.
  bool read(std::string_view text);

  Skeleton() { offsets_[nowhere] = -1; }

  /// Whether all of the text is ASCII.
  bool ascii() const { return ascii_; }
  std::size_t size() const { return size_; }
  /// Behind the last are `end`s, 32 at least.
  const std::uint8_t* parts() const { return parts_.data(); }
  /// Where the parts are; then the text's size. At `nowhere` there is -1.
  const std::int16_t* offsets() const { return offsets_.data(); }

 private:
  struct Avx512;

  bool ascii_ = true;
  std::size_t size_ = 0;
  // Vectors are written whole.
  std::array<std::uint8_t, most + 64> parts_;
  std::array<std::int16_t, nowhere + 1> offsets_;
};

}  // namespace adyton::json::detail
