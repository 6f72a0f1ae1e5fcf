#pragma once

#include "host/base/result.h"
#include "host/pipeline/batch.h"

namespace adyton::pipeline {

/// One step of a job, ready to run.
class Step {
 public:
  enum class Thread {
    pool,  // run() is called from any pool thread, for several batches at once
    main,  // run() is called from the run's own thread, one batch after the other in input order
  };

  virtual ~Step() = default;
  virtual Thread thread() const { return Thread::pool; }

  /// Does its work on every live record. A record it cannot do is killed (Batch::kill), not an
  /// error: an error ends the run.
  virtual Status run(Batch& batch) = 0;
};

}  // namespace adyton::pipeline
