// The step that calls a Python function; who runs it is the ScriptHost's affair.

#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
  if (context.scripts == nullptr) {
    return Error{ErrorCode::config, "a python step needs the interpreter, and none was started"};
  }
  const std::string& call = step.text("call");
  const std::size_t colon = call.rfind(':');
  return context.scripts->load({call.substr(0, colon), call.substr(colon + 1), number});
}

constexpr std::array<std::string_view, 1> each_choices = {"record"};

constexpr std::array python_options = {
    OptionSpec{.name = "call",
               .kind = OptionKind::call,
               .doc = "the function, as path/to/script.py:function",
               .required = true},
    OptionSpec{.name = "each",
               .kind = OptionKind::choice,
               .doc = "what the function is called with: one record at a time",
               .default_value = "record",
               .choices = each_choices},
};

}  // namespace

const StepSpec python_step = {
    .name = "python",
    .summary = "Calls a Python function with each record; what it returns goes on",
    .options = python_options,
    .make = make,
};

}  // namespace adyton::pipeline
