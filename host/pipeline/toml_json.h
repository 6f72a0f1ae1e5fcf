#pragma once

#include <string>
#include <variant>

#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// The value as JSON text, compact, members in the order of the file; or why JSON has no such
/// value.
std::variant<std::string, Diagnostic> to_json(const TomlValue& value);

/// One text for all ways in which the same job can be written: JSON, with the tables of the job,
/// their keys and the steps' options by name. Within a value members keep their order, which
/// decides. Precondition: all of it has a JSON value.
std::string canonical_text(const TomlTable& job);

}  // namespace adyton::pipeline
