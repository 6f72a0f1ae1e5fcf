#include "host/pipeline/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

#include <malloc.h>

#include "host/base/text.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/crew.h"
#include "host/pipeline/flow.h"
#include "host/pipeline/identity.h"
#include "host/pipeline/input_digests.h"
#include "host/pipeline/ledger.h"
#include "host/pipeline/outputs.h"
#include "host/pipeline/pending_file.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/source.h"
#include "host/pipeline/source_identities.h"

namespace adyton::pipeline {
namespace {

using Seconds = std::chrono::duration<double>;

/// Batches come and go in the same sizes: memory that is freed stays with the process, instead of
/// being given back to the kernel and faulted in again, page by page, for the next batch.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

/// A stream can neither be read from its middle nor be taken back: such a job has no state.
bool can_resume(const JobConfig& job) {
  const auto& files = job.source.files;
  return job.sink.files != standard_stream &&
         std::find(files.begin(), files.end(), standard_stream) == files.end();
}

class Run {
 public:
  Run(const JobConfig& job, Os& os, Pool& pool, ScriptHost* scripts, RunObserver& observer,
      const std::atomic<bool>& stop)
      : job_(job),
        os_(os),
        pool_(pool),
        scripts_(scripts),
        observer_(observer),
        stop_(stop),
        digests_(job.receipt.digest),
        started_(os.now()) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<RunReport> run(const RunOptions& options) {
    keep_freed_memory();
    ADYTON_TRY(chain_, Chain::make(job_, os_, scripts_));
    ADYTON_TRY(reading_, reading());
    ADYTON_CHECK(take_up(options.start));
    if (ledger_->manifest().phase == Manifest::Phase::running) {
      ADYTON_CHECK(move_batches());
      if (report_.outcome == Outcome::over_budget) return over();
      if (report_.outcome == Outcome::stopped) return stopped();
      ADYTON_TRY(const auto digests, input_digests());
      ADYTON_CHECK(ledger_->finish(digests));
    }
    ADYTON_CHECK(publish(options.versions));
    return done();
  }

 private:
  // --- where an earlier run left off -------------------------------------------------------------

  Status take_up(Start start) {
    // Before anything is made: what is wrong with the job's files is said as such.
    ADYTON_TRY(plan_, plan_job(job_, os_, ExistingOutputs::ignore));
    std::unique_ptr<StateFolder> state;
    std::optional<Manifest> before;
    if (can_resume(job_)) {
      ADYTON_TRY(state, StateFolder::open(os_, state_path(job_)));
      ADYTON_TRY(before, load(*state, start));
    }
    if (!before || before->phase == Manifest::Phase::running) {
      ADYTON_CHECK(nothing_in_the_way(job_, plan_));
    }
    for (const Input& input : plan_.inputs) {
      report_.inputs.push_back(input.path);
      bytes_total_ += input.size;
    }
    ADYTON_TRY(const Identity identity, identify(job_, plan_, os_));
    ledger_.emplace(job_, plan_, os_, identity, std::move(state));
    source_.emplace(os_, plan_.inputs, reading_, &digests_);
    if (before) ADYTON_CHECK(resume(*std::move(before), identity));
    ledger_->add_keys(chain_->primary_keys());
    return {};
  }

  Result<Reading> reading() const {
    ADYTON_TRY(Reading reading, reading_of(os_, job_.source));
    // A commit falls between two batches.
    constexpr std::uint64_t smallest = 4 << 10;
    const std::uint64_t most = std::max(job_.commit_every, smallest);
    reading.batch_size =
        static_cast<std::size_t>(std::min<std::uint64_t>(reading.batch_size, most));
    return reading;
  }

  Result<std::optional<Manifest>> load(StateFolder& state, Start start) const {
    auto before = state.load();
    if (start == Start::anew) {
      if (before && *before) discard_files(**before, job_.name, os_);
      ADYTON_CHECK(state.clear());
      return std::optional<Manifest>();
    }
    if (!before) {
      Error error = std::move(before).error();
      return refusal(
          cat("what the last run of this job left is damaged, ", error.where, ": ", error.message));
    }
    return before;
  }

  Status resume(Manifest before, const Identity& identity) {
    if (const auto change = what_changed(before, identity)) {
      return refusal(
          cat("a run of this job was stopped before its end, and ", *change, " since then"));
    }
    if (Status resumed = ledger_->resume(std::move(before)); !resumed) {
      return refusal(
          cat("a run of this job was stopped before its end, and its work is not there: ",
              resumed.error().message));
    }
    observer_.resumed(ledger_->tally());
    const Manifest& manifest = ledger_->manifest();
    return manifest.phase == Manifest::Phase::running ? source_->start_at(manifest.position)
                                                      : Status();
  }

  Error refusal(std::string why) const {
    return {ErrorCode::invalid,
            cat(why, ": run it with --restart to throw that work away and start over (state: ",
                state_path(job_), ')')};
  }

  // --- the records -------------------------------------------------------------------------------

  /// Reads, lets batches through the chain and writes them, in input order, until all is done.
  Status move_batches() {
    // What a script does, the main thread does, and a stream is read by it, whom a signal wakes.
    const bool for_any_thread = chain_->stages() == 1 && can_resume(job_);
    ADYTON_CHECK(for_any_thread && pool_.size() > 1 ? move_in_crew() : move_in_flow());
    if (report_.outcome == Outcome::done && ledger_->over_budget(Ledger::AtEnd::yes)) {
      report_.outcome = Outcome::over_budget;
    }
    return {};
  }

  Status move_in_crew() {
    bool stopped = false;
    const CrewWork work{.read = [&]() -> Result<std::optional<Batch>> {
                          stopped = stop_.load(std::memory_order_relaxed);
                          return stopped ? std::optional<Batch>() : read();
                        },
                        .process = [this](Batch& batch) -> Result<EncodedBatch> {
                          ADYTON_CHECK(chain_->run(0, batch));
                          return encode(batch);
                        },
                        .write = [this](Batch& batch, EncodedBatch& encoded) -> Result<Further> {
                          ADYTON_CHECK(write(batch, encoded));
                          if (ledger_->over_budget(Ledger::AtEnd::no)) {
                            report_.outcome = Outcome::over_budget;
                            return Further::no;
                          }
                          ADYTON_CHECK(ledger_->commit_if_due());
                          return Further::yes;
                        }};
    ADYTON_CHECK(pipeline::move_in_crew(pool_, work));
    if (stopped && report_.outcome == Outcome::done) report_.outcome = Outcome::stopped;
    return {};
  }

  Status move_in_flow() {
    Flow flow(*chain_, pool_, [this](const Batch& batch) { return encode(batch); });
    Status status = move_through(flow);
    const bool interrupted = !status && status.error().code == ErrorCode::stopped;
    if (!interrupted && report_.outcome != Outcome::stopped) return status;
    // What is through is kept; what is not will be read again.
    report_.outcome = Outcome::stopped;
    ADYTON_CHECK(flow.settle());
    return write_finished(flow);
  }

  Status move_through(Flow& flow) {
    bool input_left = true;
    while (input_left || !flow.empty()) {
      if (stop_.load(std::memory_order_relaxed)) return end(Outcome::stopped);
      if (ledger_->over_budget(Ledger::AtEnd::no)) return end(Outcome::over_budget);
      const bool can_read = input_left && !flow.full();
      ADYTON_CHECK(flow.advance(can_read ? Flow::Wait::no : Flow::Wait::yes));
      ADYTON_CHECK(write_finished(flow));
      if (can_read) {
        ADYTON_TRY(std::optional<Batch> batch, read());
        input_left = batch.has_value();
        if (batch) flow.enter(*std::move(batch));
      }
      ADYTON_CHECK(ledger_->commit_if_due());
    }
    return {};
  }

  Status write_finished(Flow& flow) {
    while (auto finished = flow.leave()) ADYTON_CHECK(write(finished->batch, finished->encoded));
    return {};
  }

  Status end(Outcome outcome) {
    report_.outcome = outcome;
    return {};
  }

  Result<std::optional<Batch>> read() {
    auto batch = source_->next();
    consumed_.store(source_->consumed(), std::memory_order_relaxed);
    return batch;
  }

  Result<EncodedBatch> encode(const Batch& batch) const {
    return pipeline::encode(batch, plan_.outputs[plan_.inputs[batch.input].output]);
  }

  Status write(Batch& batch, EncodedBatch& encoded) {
    ADYTON_CHECK(ledger_->write(batch, encoded));
    observer_.progress(
        {consumed_.load(std::memory_order_relaxed), bytes_total_, ledger_->tally().counts});
    return {};
  }

  // --- the end -----------------------------------------------------------------------------------

  /// The inputs are what they were; their digests.
  Result<std::vector<std::string>> input_digests() const {
    ADYTON_TRY(const std::vector<FileMark> now, mark_inputs(plan_, os_));
    std::vector<std::string> digests;
    for (std::uint32_t i = 0; i < now.size(); ++i) {
      const FileMark& mark = ledger_->manifest().inputs[i];
      if (!same_file(now[i], mark)) {
        return Error{ErrorCode::io, cat(mark.path,
                                        " was changed while it was read: nothing was "
                                        "published; when it is whole, run the job again")};
      }
      ADYTON_TRY(std::string digest, digests_.of(i, mark.path, os_));
      digests.push_back(std::move(digest));
    }
    return digests;
  }

  Status publish(const Versions& versions) {
    ADYTON_CHECK(ledger_->publish());
    if (can_resume(job_)) ADYTON_CHECK(write_receipt(versions));
    report_.outputs = ledger_->paths();
    report_.state = ledger_->close();
    return {};
  }

  /// It speaks of the files that lie beside it, so it takes the place of an older one.
  Status write_receipt(const Versions& versions) {
    PendingFile file(os_, receipt_path(job_), job_.name, DigestKind::xxh3_128);
    ADYTON_CHECK(file.create());
    ADYTON_CHECK(
        file.write(receipt_text({job_, plan_, ledger_->manifest(), versions, os_.unix_time()})));
    ADYTON_CHECK(file.close());
    ADYTON_CHECK(file.publish(Existing::replace));
    report_.receipt = file.path();
    return os_.sync_directory(directory_of(file.path()));
  }

  Result<RunReport> done() {
    report_.tally = ledger_->tally();
    report_.tally.seconds += Seconds(os_.now() - started_).count();
    return std::move(report_);
  }

  Result<RunReport> over() {
    ADYTON_CHECK(ledger_->discard());
    return done();
  }

  Result<RunReport> stopped() {
    ADYTON_TRY(report_.resumable, ledger_->commit_for_later());
    return done();
  }

  const JobConfig& job_;
  Os& os_;
  Pool& pool_;
  ScriptHost* scripts_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;

  std::unique_ptr<Chain> chain_;
  Reading reading_;
  Plan plan_;
  std::optional<Ledger> ledger_;
  InputDigests digests_;
  std::optional<Source> source_;
  std::uint64_t bytes_total_ = 0;
  std::atomic<std::uint64_t> consumed_ = 0;  // as of the last batch read
  Os::Clock::time_point started_;
  RunReport report_;
};

}  // namespace

Result<RunReport> run_job(const JobConfig& job, Os& os, Pool& pool, ScriptHost* scripts,
                          RunObserver& observer, const std::atomic<bool>& stop,
                          const RunOptions& options) {
  return Run(job, os, pool, scripts, observer, stop).run(options);
}

}  // namespace adyton::pipeline
