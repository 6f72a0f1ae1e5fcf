#pragma once

#include <string_view>

#include "modules/json/write.h"

namespace adyton::json {

/// Writes JSON text (UTF-8) with what is not ASCII as \uXXXX, beyond U+FFFF as two of them: it can
/// only stand in strings. Throws std::bad_alloc.
void put_json_ascii(Buffer& out, std::string_view json);

}  // namespace adyton::json
