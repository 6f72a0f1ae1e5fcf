#pragma once

#include <string>
#include <string_view>

#include "host/base/result.h"
#include "host/base/text.h"

namespace adyton::crypto::age {

/// Calls take(line) for each line of a list of keys that is neither empty nor a comment. Its
/// failure gets the line's number: "name:3".
template <class Take>
Status for_each_key_line(std::string_view text, const std::string& name, Take take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    Status status = take(line);
    if (!status) return Error{status.error().code, status.error().message, cat(name, ':', number)};
  }
  return {};
}

}  // namespace adyton::crypto::age
