#pragma once

#include <span>
#include <string>

#include "host/base/os.h"
#include "host/pipeline/steps/spec.h"

namespace adyton::cli {

/// `adyton steps [STEP]`: the reference of every step, or of one, from the table of steps;
/// `adyton steps --json-schema`: the JSON Schema of a job file. Exit code: 0, 2 usage (there is no
/// such step).
int steps_command(std::span<const std::string> args, Os& os);

/// What a step does, and its options.
std::string step_text(const pipeline::StepSpec& step);

}  // namespace adyton::cli
