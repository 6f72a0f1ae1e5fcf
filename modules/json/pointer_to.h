#pragma once

#include <cstddef>
#include <string>

#include "modules/json/document_index.h"

namespace adyton::json {

/// The JSON Pointer (RFC 6901) of the innermost value in which that byte of the document lies, or
/// in whose key: says where something is in a text that nobody sees. Of a repeated key it may name
/// another value.
std::string pointer_to(const DocumentIndex& index, std::size_t offset);

}  // namespace adyton::json
