#pragma once

#include <array>
#include <string_view>

#include "host/pipeline/steps/targets.h"

namespace adyton::pipeline {

/// Which values encrypt, decrypt and rekey work on, and what their ciphertexts are bound to.
struct Protection {
  Selection selection;
  Binding binding;

  static Result<Protection> create(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
    ADYTON_TRY(Selection selection, Selection::create(step, number));
    return Protection{std::move(selection), Binding::create(step, context.job.domain)};
  }
};

// Options that those steps share.

inline constexpr OptionSpec record_id_option = {
    .name = "record_id",
    .kind = OptionKind::field,
    .doc = "the field that identifies a record: its values open in that record only"};

inline constexpr OptionSpec as_option = {
    .name = "as",
    .kind = OptionKind::text,
    .doc = "the pointer that the value is bound to, where that is not the field's own"};

}  // namespace adyton::pipeline
