#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/json/locate.h"

namespace adyton::pipeline {

/// Appends a key as a pointer's token: ~ / and a lone * are written ~0 ~1 ~2.
void append_token(std::string_view key, std::string& pointer);

/// The JSON Pointer, without `*`, of each of the values that were found in a record's text: of an
/// element its index, of a member its key (a literal `*` as ~2). A key that is half a surrogate
/// pair makes a pointer that is not UTF-8. Precondition: the text is JSON with scan_padding
/// readable bytes behind it, and the matches are in its order.
std::vector<std::string> paths_of(std::string_view text, const std::vector<json::Match>& matches);

}  // namespace adyton::pipeline
