#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"
#include "host/pipeline/steps/script.h"
#include "host/pipeline/steps/step.h"
#include "modules/crypto/keyring.h"

namespace adyton::pipeline {

/// The steps of a job with all they need, ready to run. They are grouped into stages: steps that
/// follow one another on the same kind of thread. The first stage and the last are the pool's, so
/// that records are checked and made ready for the sink there, and not beside the scripts; such a
/// stage may be without steps.
class Chain {
 public:
  /// Loads the keyrings and, through `scripts`, the scripts. `job` and `scripts` must outlive it.
  /// Errors name the place in the job file.
  static Result<std::unique_ptr<Chain>> make(const JobConfig& job, Os& os, ScriptHost* scripts);

  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  std::size_t stages() const { return stages_.size(); }
  Step::Thread thread(std::size_t stage) const { return stages_[stage].thread; }

  /// Lets the batch through one stage, on that stage's kind of thread. Stages of the pool may run
  /// for several batches at once; each of the main thread's must get the batches in input order.
  Status run(std::size_t stage, Batch& batch);

  /// The keyrings with their primary keys' ids, where they have one.
  std::set<std::pair<std::string, std::uint32_t>> primary_keys() const;

  std::size_t steps() const { return steps_.size(); }

  /// Lets the batch through one step alone, on the main thread.
  Status run_step(std::size_t step, Batch& batch);

 private:
  struct Stage {
    Step::Thread thread;
    std::vector<std::size_t> steps;
  };

  Chain() = default;
  Status load_keyrings(const JobConfig& job, Os& os);
  Status make_steps(const JobConfig& job, ScriptHost* scripts);
  void group();

  std::map<std::string, crypto::Keyring, std::less<>> keyrings_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<Stage> stages_;
};

}  // namespace adyton::pipeline
