#pragma once

#include <cstddef>
#include <cstdint>

namespace adyton::json {

/// Why a text is not the document that was asked for.
enum class ParseFault : std::uint8_t {
  expected_value,
  expected_key,
  expected_colon,
  expected_comma,
  trailing_comma_in_array,
  trailing_comma_in_object,
  control_character,
  unterminated_string,
  invalid_escape,
  invalid_unicode_escape,
  invalid_utf8,
  non_finite_number,
  array_too_deep,
  object_too_deep,
  extra_data,
  stopped,  // the handler returned false
};

/// `offset` is the byte at which the fault was noticed: the first byte of the value, key or
/// delimiter that is not what it should be, the opening quote of an unterminated string, the
/// backslash of an unknown escape, the `u` of a malformed \uXXXX. After a trailing comma it is the
/// closing bracket, and `comma` is the comma itself.
struct ParseError {
  ParseFault fault;
  std::size_t offset;
  std::size_t comma = 0;
};

/// The fault in words, without a position: "Expecting value".
const char* describe(ParseFault fault);

}  // namespace adyton::json
