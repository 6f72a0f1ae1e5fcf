#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"
#include "host/pipeline/steps/script.h"
#include "host/runtime/pool.h"

namespace adyton::pipeline {

/// What a run tells whoever watches it, from the run's own thread, after every batch.
struct RunProgress {
  std::uint64_t bytes_read = 0;   // of the input files as they lie on the disk
  std::uint64_t bytes_total = 0;  // 0: not known (standard input)
  Counts counts;
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void progress(const RunProgress& now) = 0;
};

enum class Outcome {
  done,         // everything published
  over_budget,  // more dead records than the job bears: nothing published
  stopped,      // on request: nothing published
};

/// What happened to the data. Holds no text from any record.
struct RunReport {
  Outcome outcome = Outcome::done;
  Counts counts;
  std::uint64_t values = 0;                                             // encrypted or decrypted
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t> dead;  // (step, kind) → records
  std::string first_dead;  // "data/a.ndjson:17: step 2 (encrypt): missing field /user/email"
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;  // as published, the dead letters last
  std::uint64_t bytes_in = 0;        // as read, decompressed
  std::uint64_t bytes_out = 0;       // as written, before compression
  std::chrono::duration<double> elapsed{0};
};

/// Runs the job from its first to its last record. The calling thread reads, writes and runs
/// scripts; `pool` does the native steps. Blocks. `stop` may be set by a signal handler. An error
/// means that nothing was published.
Result<RunReport> run_job(const JobConfig& job, Os& os, Pool& pool, ScriptHost* scripts,
                          RunObserver& observer, const std::atomic<bool>& stop);

}  // namespace adyton::pipeline
