#pragma once

#include <optional>
#include <string_view>

#include "host/pipeline/diagnostic.h"

namespace adyton::pipeline {

/// Finds what toml++ must not be given, though all of it is wrong anyway: characters outside ASCII
/// that stand neither in a string nor in a comment (its tables of characters are undefined for
/// some), and dotted keys of very many parts (it builds and frees them recursively). Strings and
/// comments are told from the rest exactly where the text is TOML up to there.
std::optional<Diagnostic> guard_toml(std::string_view text);

}  // namespace adyton::pipeline
