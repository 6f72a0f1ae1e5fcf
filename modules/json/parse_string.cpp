#include "modules/json/parse_string.h"

namespace adyton::json {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

std::optional<EscapeFault> skip_escape(const char*& p, const char* end, const char* open) {
  const char* code = p + 1;
  if (code == end) return EscapeFault{ParseFault::unterminated_string, open};
  switch (*code) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      p = code + 1;
      return std::nullopt;
    case 'u':
      break;
    default:
      return EscapeFault{ParseFault::invalid_escape, p};
  }
  // The NUL at the end is no hex digit, so this never reads past it.
  for (int digit = 1; digit <= 4; ++digit) {
    if (!is_hex(code[digit])) return EscapeFault{ParseFault::invalid_unicode_escape, code};
  }
  // CPython blames the escape, not the string, when the text ends right after it.
  if (code + 5 == end) return EscapeFault{ParseFault::invalid_unicode_escape, code};
  p = code + 5;
  return std::nullopt;
}

}  // namespace adyton::json
