#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/receipt.h"
#include "host/pipeline/state.h"
#include "host/pipeline/steps/script.h"
#include "host/runtime/pool.h"

namespace adyton::pipeline {

/// What a run tells whoever watches it, after every batch, from one thread at a time.
struct RunProgress {
  std::uint64_t bytes_read = 0;   // of the input files as they lie on the disk
  std::uint64_t bytes_total = 0;  // 0: not known (standard input)
  Counts counts;
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void progress(const RunProgress& now) = 0;

  /// The run goes on where an earlier one was stopped or killed. Called before any progress().
  virtual void resumed(const Tally& so_far) { (void)so_far; }
};

enum class Outcome {
  done,         // everything published
  over_budget,  // more dead records than the job bears: nothing published, nothing kept
  stopped,      // on request: nothing published
};

/// What happened to the data. Holds no text from any record.
struct RunReport {
  Outcome outcome = Outcome::done;
  Tally tally;  // of all runs that made these outputs together
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;  // as published, the dead letters last
  std::string receipt;               // its path; empty: a job that writes to a stream has none
  bool resumable = false;            // the next run goes on where this one stopped

  /// Of a job that is done: the state that says so. A run that finds it has nothing left to do;
  /// once it is cleared, the next run starts over. Cleared last of all, so that a kill in the last
  /// moment is no different from one before.
  std::unique_ptr<StateFolder> state;
};

enum class Start {
  resume,  // where an earlier run of the job was stopped, if one was
  anew,    // what an earlier run left is thrown away
};

struct RunOptions {
  Start start = Start::resume;
  Versions versions = {};  // for the receipt
};

/// Runs the job from its first to its last record, by the protocol of docs/commit.md. The calling
/// thread runs scripts, and reads and writes if there are any or if a stream is read or written;
/// `pool` does the native steps, and in any other job whole batches, the calling thread beside it.
/// Blocks. `stop` may be set by a signal handler. An error means that nothing was published, or,
/// where its message says so, that publishing is to be finished by the next run.
Result<RunReport> run_job(const JobConfig& job, Os& os, Pool& pool, ScriptHost* scripts,
                          RunObserver& observer, const std::atomic<bool>& stop,
                          const RunOptions& options = {});

}  // namespace adyton::pipeline
