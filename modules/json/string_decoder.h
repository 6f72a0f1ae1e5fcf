#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "modules/json/decode.h"
#include "modules/json/parse_fault.h"
#include "modules/json/parse_string.h"

namespace adyton::json {

/// Reads strings that are more than plain ASCII: checks and decodes them in one pass, into memory
/// of its own that the next string takes again. Throws std::bad_alloc.
class StringDecoder {
 public:
  StringDecoder(const char* text_end, ControlCharacters control_characters)
      : end_(text_end), control_characters_(control_characters) {}
  StringDecoder(const StringDecoder&) = delete;
  StringDecoder& operator=(const StringDecoder&) = delete;

  /// The string whose first character is at `begin`, its opening quote before it; up to `p` it is
  /// known to be plain ASCII. Gives where its closing quote is, with the characters in the token,
  /// or null with `fault` set. A NUL is readable at the text's end. Behind the characters, 16 bytes
  /// can be read.
  const char* read(const char* begin, const char* p, StringToken& token);

  struct Fault {
    ParseFault fault;
    const char* where;
  };
  const Fault& fault() const { return fault_; }

 private:
  enum class Stop : std::uint8_t { closed, wider, fault };

  Stop run_from(unsigned char next);
  template <class Char>
  Stop run();
  template <class Char>
  void put_pending();
  template <class Char>
  const char* put_plain(const char* p, Char*& out) const;
  template <class Char>
  Stop put_sequences(Char*& out);
  template <class Char>
  bool put_unicode_escapes(const char*& p, Char*& out);
  bool take_unicode_escape(std::uint32_t& character);
  bool take_control();
  Stop fail(ParseFault fault, const char* where);

  template <class Char>
  Char* memory() {
    return reinterpret_cast<Char*>(memory_);
  }
  template <class Char>
  Char* make_room(Char* out);
  template <class From, class To>
  void widen();
  void narrow();

  static constexpr std::size_t first_capacity = 4096;

  const char* const end_;
  const ControlCharacters control_characters_;
  Fault fault_{};

  // The string being read.
  const char* begin_ = nullptr;
  const char* p_ = nullptr;
  std::size_t length_ = 0;     // characters in memory
  std::uint32_t all_ = 0;      // the wide ones or'ed together: the highest bit tells the width
  std::uint32_t pending_ = 0;  // read, but too wide for the memory as it is
  bool escaped_ = false;

  alignas(16) std::byte first_[first_capacity];
  std::unique_ptr<std::byte[]> larger_;
  std::byte* memory_ = first_;
  std::size_t capacity_ = first_capacity;
};

}  // namespace adyton::json
