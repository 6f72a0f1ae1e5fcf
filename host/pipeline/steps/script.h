#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/base/result.h"
#include "host/pipeline/steps/step.h"

namespace adyton::pipeline {

/// A Python step as the job names it.
struct ScriptCall {
  std::string file;
  std::string function;
  std::uint32_t number = 0;  // 1-based number of the step, for DeadRecord::step
};

/// Whoever can run scripts. The pipeline knows no Python: main's thread hands it one where a job
/// needs it. Main thread only.
class ScriptHost {
 public:
  virtual ~ScriptHost() = default;

  /// Imports the script and finds the function. ErrorCode::config if either fails, with the
  /// script's traceback in the message. The step must not outlive the host.
  virtual Result<std::unique_ptr<Step>> load(const ScriptCall& call) = 0;
};

}  // namespace adyton::pipeline
