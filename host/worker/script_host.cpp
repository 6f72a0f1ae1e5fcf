#include "host/worker/script_host.h"

#include <utility>

#include "host/base/text.h"
#include "host/worker/debugged.h"
#include "host/worker/failure.h"
#include "host/worker/interpreter.h"
#include "host/worker/python_step.h"
#include "host/worker/record_module.h"
#include "host/worker/script.h"
#include "host/worker/script_expression.h"

namespace adyton::worker {

using python::Gil;

namespace {

class Scripts final : public pipeline::ScriptHost {
 public:
  Scripts(std::unique_ptr<Interpreter> interpreter, const Types& types, Debugger debugger)
      : interpreter_(std::move(interpreter)), types_(types), debugger_(debugger) {}

  Result<std::unique_ptr<pipeline::Step>> load(const pipeline::ScriptCall& call) override {
    Turn turn(*interpreter_);
    ADYTON_TRY(ScriptFunction script, load_function(turn.gil(), call.file, call.function));
    if (debugger_ == Debugger::pdb) {
      ADYTON_TRY(script.function, debugged(turn.gil(), script.function));
    }
    return std::unique_ptr<pipeline::Step>(std::make_unique<PythonStep>(
        *interpreter_, types_, std::move(script), cat(call.file, ":", call.function), call.number));
  }

  Result<std::unique_ptr<pipeline::Expression>> compile(
      const pipeline::ScriptExpression& expression) override {
    Turn turn(*interpreter_);
    return ScriptExpression::compile(turn.gil(), *interpreter_, types_, expression);
  }

 private:
  std::unique_ptr<Interpreter> interpreter_;
  const Types& types_;  // the module's, which lives as long as the interpreter
  Debugger debugger_;
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
                                                            Print print, Debugger debugger) {
  ADYTON_TRY(std::unique_ptr<Interpreter> interpreter, Interpreter::start(program, built_ins));
  Turn turn(*interpreter);
  ADYTON_CHECK(set_print(turn.gil(), print));
  const Types* const types = import_types(turn.gil());
  if (types == nullptr) {
    return Error{ErrorCode::config, cat("adyton.record: ", take_failure(turn.gil(), "").detail)};
  }
  return std::unique_ptr<pipeline::ScriptHost>(
      std::make_unique<Scripts>(std::move(interpreter), *types, debugger));
}

}  // namespace adyton::worker
