#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/encode.h"
#include "host/pipeline/identity.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/outputs.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/state.h"

namespace adyton::pipeline {

/// What a run has made so far: the files, the counts, the place in the inputs up to which they go,
/// and the commits that tell the next run of it (docs/commit.md). Batches come in input order. An
/// error leaves the last commit as it is; nothing but the destructor may be called then. One thread
/// at a time; blocks on the files.
class Ledger {
 public:
  /// `job`, `plan` and `os` must outlive it. `state`: null for a job that cannot be resumed.
  Ledger(const JobConfig& job, const Plan& plan, Os& os, const Identity& identity,
         std::unique_ptr<StateFolder> state);

  /// What no commit speaks of is of no use to anybody: such files are gone.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Goes on where an earlier run left off. ErrorCode::invalid if its files are not there.
  Status resume(Manifest before);

  /// As of the last commit.
  const Manifest& manifest() const { return manifest_; }

  /// Of all runs that made these files together.
  const Tally& tally() const { return tally_; }
  void add_keys(std::set<std::pair<std::string, std::uint32_t>> keys) { tally_.keys.merge(keys); }

  /// Writes the batch to its output and its dead records to the dead letters, and counts it all.
  Status write(Batch& batch, EncodedBatch& encoded);

  enum class AtEnd { no, yes };
  /// More records are dead than the job bears. A share of them is known at the end alone.
  bool over_budget(AtEnd at_end) const;

  /// Commits if it is time to, as far as a later run can go on with what was written: where outputs
  /// are sealed, up to the last place at which none was begun and not finished.
  Status commit_if_due();

  /// So much of what was written since the last commit is committed. False if there is no commit to
  /// go on from.
  Result<bool> commit_for_later();

  /// All inputs are through: the counts add up, and every file is whole and on the disk. `digests`:
  /// of the inputs.
  Status finish(const std::vector<std::string>& digests);

  /// The files have their names, which a next run completes if this one is killed. After finish(),
  /// or resume() from a manifest that says publishing.
  Status publish();

  /// The files and the commits are gone.
  Status discard();

  /// As published, the dead letters last.
  std::vector<std::string> paths() const { return outputs_.paths(); }

  /// The state, for whoever clears it. The last call.
  std::unique_ptr<StateFolder> close() { return std::move(state_); }

 private:
  /// A place up to which all can be committed.
  struct Point {
    Position position;
    Tally tally;
    std::uint64_t dead_letters = 0;  // their length
  };

  /// Behind all that was written.
  Point here() const { return {position_, tally_, outputs_.dead_letters_length()}; }
  std::uint64_t uncommitted() const;
  bool commit_due() const;
  Status commit(Manifest::Phase phase);
  void count(const Batch& batch, const EncodedBatch& encoded);
  Status write_dead(Batch& batch, const Input& input);

  const JobConfig& job_;
  const Plan& plan_;
  Os& os_;
  const DeadLetterForm form_;
  std::unique_ptr<StateFolder> state_;
  Outputs outputs_;

  Manifest manifest_;
  Tally tally_;
  Position position_;  // what was written goes up to there
  Point whole_;        // the last one at which no output was being sealed, of a job that seals
  Os::Clock::time_point started_;
  Os::Clock::time_point last_commit_;
  std::chrono::duration<double> commit_interval_;
  bool published_ = false;
};

}  // namespace adyton::pipeline
