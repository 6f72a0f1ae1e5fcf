#pragma once

#include <array>
#include <string_view>

#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {

/// The choices of a step's option `existing`, and what was chosen: what becomes of a record that
/// has a field already where the step would put one.
enum class ExistingField { error, replace };
inline constexpr std::array<std::string_view, 2> existing_choices = {"error", "replace"};
inline ExistingField existing_of(std::string_view choice) {
  return choice == "error" ? ExistingField::error : ExistingField::replace;
}

inline constexpr OptionSpec existing_option = {
    .name = "existing",
    .kind = OptionKind::choice,
    .doc =
        "a record that has a field there already becomes a dead letter, or the field is replaced",
    .default_value = "error",
    .choices = existing_choices};

}  // namespace adyton::pipeline
