#pragma once

#include "host/pipeline/config_sections.h"
#include "host/pipeline/steps/spec.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// Reads one [[step]] against the table of steps, reports all that is wrong with it and appends it
/// to the config. The keyrings have been read.
void read_step(const TomlValue& value, const CheckContext& context, JobConfig& config);

}  // namespace adyton::pipeline
