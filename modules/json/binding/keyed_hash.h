#pragma once

#include <cstddef>
#include <string_view>

namespace adyton::json {

/// The interpreter's own hash of bytes, whose key is secret and drawn anew for every process.
/// Touches no Python object: any thread, with or without the GIL.
std::size_t keyed_hash(std::string_view bytes);

}  // namespace adyton::json
