#pragma once

#include <span>
#include <string>
#include <vector>

#include "host/pipeline/config_reader.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// Puts what is set from outside into the job, one KEY=VALUE after the other, and reports what
/// cannot be set. KEY is dotted as in TOML; a number in it counts the elements of an array, from 1
/// ("step.1.fields"). VALUE is a TOML value, or, where it is none, a string. What is set stands at
/// the Place of its setting, as does whatever is wrong with it. Gives the KEY of each setting.
std::vector<std::string> apply_settings(TomlTable& job, std::span<const std::string> settings,
                                        Diagnostics& problems);

/// Gives every diagnostic at a setting its origin ("--set job.name").
void name_settings(std::span<const std::string> keys, Diagnostics& problems);

}  // namespace adyton::pipeline
