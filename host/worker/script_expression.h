#pragma once

#include <memory>
#include <string>

#include "host/pipeline/steps/script.h"
#include "host/python/ref.h"
#include "host/worker/interpreter.h"
#include "host/worker/view.h"

namespace adyton::worker {

/// A compiled Python expression. It sees `record` and the built-in names; a name it assigns with :=
/// is gone with the record. See pipeline::Expression for what becomes of its value.
class ScriptExpression final : public pipeline::Expression {
 public:
  /// `types` and `interpreter` outlive it. ErrorCode::config with what Python says where the text
  /// is not an expression. Called with the GIL held.
  static Result<std::unique_ptr<pipeline::Expression>> compile(
      python::Gil& gil, Interpreter& interpreter, const Types& types,
      const pipeline::ScriptExpression& expression);
  ~ScriptExpression() override;

  Status test(pipeline::Batch& batch, std::vector<char>& truths) override;
  Status evaluate(pipeline::Batch& batch, std::vector<std::string>& values) override;

 private:
  ScriptExpression(Interpreter& interpreter, const Types& types, std::string name,
                   std::uint32_t number, python::Ref code, python::Ref builtins);

  template <class Take>
  Status for_each_value(pipeline::Batch& batch, Take&& take);
  python::Ref call(python::Gil& gil, const pipeline::Batch& batch, const pipeline::Record& record);

  Interpreter& interpreter_;
  const Types& types_;
  std::string name_;  // what its code object has as its file: "<expr of step 2, filter>"
  std::uint32_t number_;
  python::Ref code_;
  python::Ref builtins_;
};

}  // namespace adyton::worker
