#include "modules/json/stream_raw.h"

#include <algorithm>

#include "modules/json/scan.h"

namespace adyton::json {
namespace {

constexpr std::size_t letter_size = 2;   // \n
constexpr std::size_t unicode_size = 6;  // \uXXXX

/// Whether the escape \uXXXX is the first half of a surrogate pair.
bool begins_pair(std::string_view escape) {
  const char second = static_cast<char>(escape[3] | 0x20);
  return (escape[2] | 0x20) == 'd' &&
         (second == '8' || second == '9' || second == 'a' || second == 'b');
}

/// How many bytes there must be before it is known what the escape stands for. The first half of a
/// pair wants another escape behind it.
std::size_t wanted_size(std::string_view escape) {
  if (escape.size() < letter_size || escape[1] != 'u') return letter_size;
  if (escape.size() < unicode_size || !begins_pair(escape)) return unicode_size;
  const std::string_view second = escape.substr(unicode_size);
  return std::string_view("\\u").starts_with(second.substr(0, 2)) ? 2 * unicode_size
                                                                  : escape.size();
}

}  // namespace

void StreamRawString::put(std::string_view part, StreamOutput& out) {
  while (!part.empty() && !lone_surrogate_) {
    if (escape_.empty()) {
      const std::size_t plain = std::min(part.find_first_of("\\\""), part.size());
      out.put(part.substr(0, plain));
      part.remove_prefix(plain);
      if (part.empty()) return;
    }
    const char c = part.front();
    part.remove_prefix(1);
    // A quote that is not escaped opens or closes the string.
    if (escape_.empty() && c == '"') continue;
    escape_ += c;
    if (escape_.size() == wanted_size(escape_)) put_escape(out);
  }
}

void StreamRawString::put_escape(StreamOutput& out) {
  const bool whole = escape_.size() <= unicode_size || escape_.size() == 2 * unicode_size;
  characters_.clear();
  if (!whole || (escape_.size() == unicode_size && begins_pair(escape_)) ||
      !unescape(escape_, characters_)) {
    lone_surrogate_ = true;
    return;
  }
  out.put(characters_);
  escape_.clear();
}

}  // namespace adyton::json
