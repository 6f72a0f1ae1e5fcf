#pragma once

#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {

// One for each kind of step; defined in the file of its family, listed in table.cpp.
extern const StepSpec encrypt_step;
extern const StepSpec decrypt_step;
extern const StepSpec rekey_step;
extern const StepSpec tokenize_step;
extern const StepSpec hash_step;
extern const StepSpec drop_step;
extern const StepSpec keep_step;
extern const StepSpec set_step;
extern const StepSpec redact_step;
extern const StepSpec mask_step;
extern const StepSpec rename_step;
extern const StepSpec copy_step;
extern const StepSpec allow_step;
extern const StepSpec filter_step;
extern const StepSpec sample_step;
extern const StepSpec python_step;

}  // namespace adyton::pipeline
