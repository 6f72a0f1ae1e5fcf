#pragma once

#include <string>
#include <variant>

#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// The value as JSON text, compact, members in the order of the file; or why JSON has no such
/// value.
std::variant<std::string, Diagnostic> to_json(const TomlValue& value);

}  // namespace adyton::pipeline
