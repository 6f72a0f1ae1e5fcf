#pragma once

#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {

// One for each kind of step; defined in the file of its family, listed in table.cpp.
extern const StepSpec encrypt_step;
extern const StepSpec decrypt_step;
extern const StepSpec drop_step;
extern const StepSpec keep_step;
extern const StepSpec set_step;
extern const StepSpec redact_step;
extern const StepSpec mask_step;
extern const StepSpec python_step;

}  // namespace adyton::pipeline
