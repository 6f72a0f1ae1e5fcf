#include "modules/json/parse_fault.h"

namespace adyton::json {

const char* describe(ParseFault fault) {
  switch (fault) {
    case ParseFault::expected_value:
      return "Expecting value";
    case ParseFault::expected_key:
      return "Expecting property name enclosed in double quotes";
    case ParseFault::expected_colon:
      return "Expecting ':' delimiter";
    case ParseFault::expected_comma:
      return "Expecting ',' delimiter";
    case ParseFault::trailing_comma_in_array:
      return "Illegal trailing comma before end of array";
    case ParseFault::trailing_comma_in_object:
      return "Illegal trailing comma before end of object";
    case ParseFault::control_character:
      return "Invalid control character at";
    case ParseFault::unterminated_string:
      return "Unterminated string starting at";
    case ParseFault::invalid_escape:
      return "Invalid \\escape";
    case ParseFault::invalid_unicode_escape:
      return "Invalid \\uXXXX escape";
    case ParseFault::invalid_utf8:
      return "Invalid UTF-8";
    case ParseFault::non_finite_number:
      return "NaN and Infinity are not allowed";
    case ParseFault::array_too_deep:
      return "Array nested too deeply";
    case ParseFault::object_too_deep:
      return "Object nested too deeply";
    case ParseFault::extra_data:
      return "Extra data";
    case ParseFault::stopped:
      return "Stopped by the reader";
  }
  return "";
}

}  // namespace adyton::json
