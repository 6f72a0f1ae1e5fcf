#include "host/worker/script_host.h"

#include <utility>

#include "host/base/text.h"
#include "host/worker/failure.h"
#include "host/worker/interpreter.h"
#include "host/worker/python_step.h"
#include "host/worker/record_module.h"
#include "host/worker/script.h"

namespace adyton::worker {

using python::Gil;

namespace {

class Scripts final : public pipeline::ScriptHost {
 public:
  Scripts(std::unique_ptr<Interpreter> interpreter, const Types& types)
      : interpreter_(std::move(interpreter)), types_(types) {}

  Result<std::unique_ptr<pipeline::Step>> load(const pipeline::ScriptCall& call) override {
    Turn turn(*interpreter_);
    ADYTON_TRY(ScriptFunction script, load_function(turn.gil(), call.file, call.function));
    return std::unique_ptr<pipeline::Step>(std::make_unique<PythonStep>(
        *interpreter_, types_, std::move(script), cat(call.file, ":", call.function), call.number));
  }

 private:
  std::unique_ptr<Interpreter> interpreter_;
  const Types& types_;  // the module's, which lives as long as the interpreter
};

Status set_print(Gil& gil, Print print) {
  if (print == Print::to_output) return {};
  PyObject* const error = PySys_GetObject("stderr");  // borrowed
  if (error != nullptr && PySys_SetObject("stdout", error) == 0) return {};
  return Error{ErrorCode::config, cat("Python's standard error: ", take_failure(gil, "").detail)};
}

}  // namespace

Result<std::unique_ptr<pipeline::ScriptHost>> start_scripts(const std::string& program,
                                                            python::BuiltinModules built_ins,
                                                            Print print) {
  ADYTON_TRY(std::unique_ptr<Interpreter> interpreter, Interpreter::start(program, built_ins));
  Turn turn(*interpreter);
  ADYTON_CHECK(set_print(turn.gil(), print));
  const Types* const types = import_types(turn.gil());
  if (types == nullptr) {
    return Error{ErrorCode::config, cat("adyton.record: ", take_failure(turn.gil(), "").detail)};
  }
  return std::unique_ptr<pipeline::ScriptHost>(
      std::make_unique<Scripts>(std::move(interpreter), *types));
}

}  // namespace adyton::worker
