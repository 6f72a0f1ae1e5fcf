#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/result.h"
#include "host/pipeline/steps/step.h"

namespace adyton::pipeline {

/// A Python step as the job names it.
struct ScriptCall {
  std::string file;
  std::string function;
  std::uint32_t number = 0;  // 1-based number of the step, for DeadRecord::step
};

/// A Python expression as a step of the job has it.
struct ScriptExpression {
  std::string text;
  std::string use;           // the step it belongs to, for messages
  std::uint32_t number = 0;  // 1-based number of that step
};

/// An expression, compiled: gives a value for each record, which it sees as `record`. What it does
/// to the record stays without effect. Main thread only, batches in input order. A record for which
/// it raises dies ("exception"); an interrupt or SystemExit ends the run.
class Expression {
 public:
  virtual ~Expression() = default;

  /// Whether the value is true, as Python sees it, for each record of the batch; 0 for what is not
  /// live.
  virtual Status test(Batch& batch, std::vector<char>& truths) = 0;

  /// The value in compact JSON, for each record of the batch; empty for what is not live. A record
  /// for which it is nothing that JSON has dies ("result").
  virtual Status evaluate(Batch& batch, std::vector<std::string>& values) = 0;
};

/// Whoever can run scripts. The pipeline knows no Python: main's thread hands it one where a job
/// needs it. Main thread only.
class ScriptHost {
 public:
  virtual ~ScriptHost() = default;

  /// Imports the script and finds the function. ErrorCode::config if either fails, with the
  /// script's traceback in the message. The step must not outlive the host.
  virtual Result<std::unique_ptr<Step>> load(const ScriptCall& call) = 0;

  /// ErrorCode::config, with what Python says, if it is not an expression. The result must not
  /// outlive the host.
  virtual Result<std::unique_ptr<Expression>> compile(const ScriptExpression& expression) = 0;
};

}  // namespace adyton::pipeline
