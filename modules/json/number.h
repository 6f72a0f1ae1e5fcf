#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace adyton::json {

/// A number as it stands in a document. An integer that fits std::int64_t is `integer`, one that
/// does not is `big_integer` (its text is its value); with a fraction or an exponent it is `real`.
struct NumberToken {
  enum class Kind : std::uint8_t { none, integer, big_integer, real };

  Kind kind = Kind::none;
  const char* end = nullptr;  // the byte after it
  std::int64_t integer = 0;
  double real = 0;
};

/// The longest number that begins at `p` (RFC 8259); Kind::none if there is none. What follows it
/// is not looked at: of "1.e5" the number is "1". A NUL is readable at `end`. A real is the nearest
/// double, ties to even; beyond the largest it is infinite.
NumberToken scan_number(const char* p, const char* end);

/// The most characters write_integer and write_real make.
inline constexpr std::size_t integer_capacity = 20;
inline constexpr std::size_t real_capacity = 26;

/// Writes `value` in decimal at `out`; returns the end.
char* write_integer(std::int64_t value, char* out);

/// Writes the shortest decimal that reads back as `value`, in the form of Python's repr(float): a
/// fraction always, an exponent below 1e-4 and from 1e16 on. Returns the end. Precondition: finite.
char* write_real(double value, char* out);

}  // namespace adyton::json
