#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "host/pipeline/config_sections.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// The keys of a condition; `field` and `op` must be there.
std::span<const KeyRule> condition_keys();

/// Reads `{ field = "/a", op = "==", value = 3 }`, the value of an option that is called `option`.
/// nullopt having reported all that is wrong with it: a key, the operator, a value of a type that
/// the operator has no use for, a regular expression that is none.
std::optional<ConditionConfig> read_condition(std::string_view option, const TomlValue& value,
                                              const CheckContext& context);

}  // namespace adyton::pipeline
