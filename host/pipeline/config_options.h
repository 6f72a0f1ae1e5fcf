#pragma once

#include <optional>

#include "host/pipeline/config_sections.h"
#include "host/pipeline/steps/spec.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// Reads the value of one option of a step, as its table says what kind it is. nullopt having
/// reported all that is wrong with it. `job`: what was read of it so far, the keyrings at least.
std::optional<OptionValue> read_option_value(const OptionSpec& option, const TomlValue& value,
                                             const CheckContext& context, const JobConfig& job);

/// The text of an option's default as the value that reading it would give.
OptionValue default_value(const OptionSpec& option);

}  // namespace adyton::pipeline
