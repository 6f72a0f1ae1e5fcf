#pragma once

#include <atomic>
#include <string>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/dead_records.h"
#include "host/pipeline/run.h"
#include "host/pipeline/steps/script.h"

namespace adyton::pipeline {

/// Where a replay's records come from and go to.
struct Replay {
  std::string letters;     // the dead-letter file
  std::string output;      // what the records that live become: one file, or "-"
  std::string still_dead;  // the dead letters of the replay; empty: they are counted only
  /// What opens sealed entries, whose records are then compared with those read; may be null.
  LetterIdentities identities = nullptr;
};

/// The job, reading the survey's files and writing those of the replay, none of which may be there.
JobConfig replay_job(JobConfig job, const Replay& replay, const DeadLetterSurvey& survey);

/// Runs the job, as replay_job() made it, over the records of the dead-letter file alone: temporary
/// files, published together at the end without replacing anything, if the records add up and
/// max_errors is kept. There is no state: a replay that was stopped starts over. The calling thread
/// does all of it. Blocks. `stop` may be set by a signal handler. An error means that nothing was
/// published.
Result<RunReport> replay_dead_letters(const JobConfig& job, const Replay& replay,
                                      const DeadLetterSurvey& survey, Os& os, ScriptHost* scripts,
                                      RunObserver& observer, const std::atomic<bool>& stop);

}  // namespace adyton::pipeline
