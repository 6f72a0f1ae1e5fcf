#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "modules/json/parse.h"

namespace adyton::json {

/// A key that its object had already: where its opening quote is, and the key as UTF-8.
struct RepeatedKey {
  std::size_t offset;
  std::string name;
};

/// The first of the document, or none; of a text that is no document, the first before its fault.
/// For an error's message: it takes a copy of every key. A NUL is readable behind the text. Throws
/// std::bad_alloc.
std::optional<RepeatedKey> find_repeated_key(std::string_view text, const ParseOptions& options);

}  // namespace adyton::json
