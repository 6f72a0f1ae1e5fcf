#pragma once

#include <cstdint>
#include <string>

#include "host/pipeline/steps/step.h"
#include "host/worker/interpreter.h"
#include "host/worker/script.h"
#include "host/worker/view.h"

namespace adyton::worker {

/// Calls a script's function with each live record, on the main thread, and puts what it returns
/// into the record's place:
///
///   the record itself       its bytes, with what the function changed; the same bytes if nothing
///   None                    the record is dropped, and counted
///   a list, tuple or        each value is a record of its own, None left out; the values are
///   written iterator (a generator)    as they come, so one object may be changed and yielded again
///   anything else           that value in compact JSON
///
/// A record whose function raises dies ("exception"), as does one whose result is not JSON
/// ("result"); none of its values is written then. KeyboardInterrupt and SystemExit end the run.
class PythonStep final : public pipeline::Step {
 public:
  /// `types` and `interpreter` outlive the step. `name` is the call as the job has it.
  PythonStep(Interpreter& interpreter, const Types& types, ScriptFunction script, std::string name,
             std::uint32_t number);
  ~PythonStep() override;

  Thread thread() const override { return Thread::main; }
  Status run(pipeline::Batch& batch) override;

 private:
  Interpreter& interpreter_;
  const Types& types_;
  ScriptFunction script_;
  std::string name_;
  std::uint32_t number_;
};

}  // namespace adyton::worker
