#include <algorithm>
#include <array>

#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {

std::span<const StepSpec> step_table() {
  // In the order in which the reference lists them.
  static const std::array table = {encrypt_step, decrypt_step, rekey_step,  tokenize_step,
                                   hash_step,    redact_step,  mask_step,   allow_step,
                                   drop_step,    keep_step,    rename_step, copy_step,
                                   set_step,     filter_step,  sample_step, python_step};
  return table;
}

const StepSpec* find_step(std::string_view name) {
  const auto table = step_table();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [name](const StepSpec& spec) { return spec.name == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace adyton::pipeline
