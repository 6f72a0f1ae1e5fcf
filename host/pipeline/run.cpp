#include "host/pipeline/run.h"

#include <algorithm>
#include <optional>

#include <malloc.h>

#include "host/base/text.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/flow.h"
#include "host/pipeline/identity.h"
#include "host/pipeline/outputs.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/source.h"

namespace adyton::pipeline {
namespace {

using Clock = Os::Clock;
using Seconds = std::chrono::duration<double>;

/// What a kill may cost: work of this time, or nine times as long as a commit takes, so that
/// commits never take more than a tenth of a run.
constexpr Seconds shortest_interval{1};
constexpr double commit_share = 9;

/// What the receipt calls the fields that a step replaces without their being named.
constexpr std::string_view any_other = "(any other)";

RecordBytes bytes_allowed(const JobConfig& job) {
  return job.protects() && !job.dead_letter.plain ? RecordBytes::no : RecordBytes::yes;
}

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
        record_bytes_(bytes_allowed(job)),
        digests_(job.receipt.digest) {}

  /// What no commit speaks of is of no use to anybody.
  ~Run() {
    if (outputs_ && !(state_ && state_->has_manifest())) outputs_->discard();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<RunReport> run(const RunOptions& options) {
    keep_freed_memory();
    ADYTON_TRY(chain_, Chain::make(job_, os_, scripts_));
    started_ = os_.now();
    ADYTON_CHECK(take_up(options.start));
    if (manifest_.phase == Manifest::Phase::running) {
      ADYTON_CHECK(move_batches());
      if (report_.outcome == Outcome::over_budget) return over();
      if (report_.outcome == Outcome::stopped) return stopped();
      ADYTON_CHECK(finish_files());
    }
    ADYTON_CHECK(publish(options.versions));
    return done();
  }

 private:
  // --- where an earlier run left off -------------------------------------------------------------

  Status take_up(Start start) {
    // Before anything is made: what is wrong with the job's files is said as such.
    ADYTON_TRY(plan_, plan_job(job_, os_, ExistingOutputs::ignore));
    std::optional<Manifest> before;
    if (can_resume(job_)) {
      ADYTON_TRY(state_, StateFolder::open(os_, state_path(job_)));
      ADYTON_TRY(before, load(start));
    }
    if (!before || before->phase == Manifest::Phase::running) {
      ADYTON_CHECK(plan_job(job_, os_, ExistingOutputs::check));
    }
    for (const Input& input : plan_.inputs) {
      report_.inputs.push_back(input.path);
      bytes_total_ += input.size;
    }
    ADYTON_TRY(identity_, identify(job_, plan_, os_));
    outputs_.emplace(job_, plan_, os_);
    source_.emplace(os_, plan_.inputs, reading(), &digests_);
    manifest_.job = identity_.job;
    manifest_.scripts = identity_.scripts;
    manifest_.inputs = identity_.inputs;
    manifest_.started = os_.unix_time();
    last_commit_ = os_.now();
    if (before) ADYTON_CHECK(resume(*std::move(before)));
    report_.tally.keys.merge(chain_->primary_keys());
    return {};
  }

  Reading reading() const {
    Reading reading{job_.source.format, job_.source.max_record};
    // A commit falls between two batches.
    constexpr std::uint64_t smallest = 4 << 10;
    const std::uint64_t most = std::max(job_.commit_every, smallest);
    reading.batch_size =
        static_cast<std::size_t>(std::min<std::uint64_t>(reading.batch_size, most));
    return reading;
  }

  Result<std::optional<Manifest>> load(Start start) {
    auto before = state_->load();
    if (start == Start::anew) {
      if (before && *before) discard_files(**before, job_.name, os_);
      ADYTON_CHECK(state_->clear());
      return std::optional<Manifest>();
    }
    if (!before) {
      Error error = std::move(before).error();
      return refusal(
          cat("what the last run of this job left is damaged, ", error.where, ": ", error.message));
    }
    return before;
  }

  Status resume(Manifest before) {
    if (const auto change = what_changed(before, identity_)) {
      return refusal(
          cat("a run of this job was stopped before its end, and ", *change, " since then"));
    }
    if (Status resumed = outputs_->resume(before); !resumed) {
      return refusal(
          cat("a run of this job was stopped before its end, and its work is not there: ",
              resumed.error().message));
    }
    manifest_ = std::move(before);
    ++manifest_.resumed;
    report_.tally = manifest_.tally;
    observer_.resumed(report_.tally);
    return manifest_.phase == Manifest::Phase::running ? source_->start_at(manifest_.position)
                                                       : Status();
  }

  Error refusal(std::string why) const {
    return {ErrorCode::invalid,
            cat(why, ": run it with --restart to throw that work away and start over (state: ",
                state_->path(), ')')};
  }

  // --- the records -------------------------------------------------------------------------------

  /// Reads, lets batches through the chain and writes them, in input order, until all is done.
  Status move_batches() {
    Flow flow(*chain_, pool_, [this](const Batch& batch) {
      const std::uint32_t output = plan_.inputs[batch.input].output;
      return encode(batch, plan_.outputs[output]);
    });
    Status status = move_batches(flow);
    const bool interrupted = !status && status.error().code == ErrorCode::stopped;
    if (!interrupted && report_.outcome != Outcome::stopped) return status;
    // What is through is kept; what is not will be read again.
    report_.outcome = Outcome::stopped;
    ADYTON_CHECK(flow.settle());
    return write_finished(flow);
  }

  Status move_batches(Flow& flow) {
    bool input_left = true;
    while (input_left || !flow.empty()) {
      if (stop_.load(std::memory_order_relaxed)) return end(Outcome::stopped);
      if (over_budget()) return end(Outcome::over_budget);
      const bool can_read = input_left && !flow.full();
      ADYTON_CHECK(flow.advance(can_read ? Flow::Wait::no : Flow::Wait::yes));
      ADYTON_CHECK(write_finished(flow));
      if (can_read) {
        ADYTON_TRY(std::optional<Batch> batch, source_->next());
        input_left = batch.has_value();
        if (batch) flow.enter(*std::move(batch));
      }
      if (commit_due()) ADYTON_CHECK(commit(Manifest::Phase::running));
    }
    return over_budget(AtEnd::yes) ? end(Outcome::over_budget) : Status();
  }

  Status write_finished(Flow& flow) {
    while (auto finished = flow.leave()) ADYTON_CHECK(write(finished->batch, finished->encoded));
    return {};
  }

  Status write(Batch& batch, EncodedBatch& encoded) {
    const Input& input = plan_.inputs[batch.input];
    ADYTON_CHECK(outputs_->inputs_done(batch.input));
    ADYTON_CHECK(outputs_->write(input.output, batch, encoded));
    for (const Record& record : batch.records) {
      if (record.state == State::live) ++batch.counts.written;
    }
    Tally& tally = report_.tally;
    tally.bytes_in += batch.original->size();
    tally.bytes_out += encoded.plain_size;
    tally.counts += batch.counts;
    tally.values += batch.values;
    count_fields(batch);
    ADYTON_CHECK(write_dead(batch, input));
    manifest_.position = batch.next;
    bytes_since_commit_ += batch.original->size();
    observer_.progress({source_->consumed(), bytes_total_, tally.counts});
    return {};
  }

  void count_fields(const Batch& batch) {
    for (const FieldValues& replaced : batch.field_values) {
      const auto& fields = job_.steps[replaced.step - 1].fields("fields");
      const std::string field =
          replaced.field < fields.size() ? fields[replaced.field].text() : std::string(any_other);
      report_.tally.fields[{replaced.step, field}] += replaced.values;
    }
  }

  Status write_dead(Batch& batch, const Input& input) {
    // Steps find dead records one after the other; the file has them in input order.
    std::stable_sort(batch.dead.begin(), batch.dead.end(),
                     [](const DeadRecord& a, const DeadRecord& b) { return a.origin < b.origin; });
    std::string entries;
    Tally& tally = report_.tally;
    for (const DeadRecord& dead : batch.dead) {
      ++tally.dead[{dead.step, dead.kind}];
      if (tally.first_dead.empty()) {
        tally.first_dead = describe_dead(job_, input.path, batch, dead, record_bytes_);
      }
      if (!job_.dead_letter.file.empty()) {
        append_dead_letter(job_, input.path, batch, dead, record_bytes_, entries);
      }
    }
    return outputs_->write_dead_letters(entries);
  }

  enum class AtEnd { no, yes };
  bool over_budget(AtEnd at_end = AtEnd::no) const {
    const ErrorBudget& budget = job_.dead_letter.max_errors;
    const Counts& counts = report_.tally.counts;
    if (budget.count && counts.dead > *budget.count) return true;
    // A share is known when everything has been read.
    return at_end == AtEnd::yes && budget.share &&
           static_cast<double>(counts.dead) > *budget.share * static_cast<double>(counts.read);
  }

  Status end(Outcome outcome) {
    report_.outcome = outcome;
    return {};
  }

  // --- commits -----------------------------------------------------------------------------------

  bool commit_due() const {
    if (!state_ || bytes_since_commit_ == 0) return false;
    return bytes_since_commit_ >= job_.commit_every || os_.now() - last_commit_ >= commit_interval_;
  }

  Status commit(Manifest::Phase phase) {
    const Clock::time_point begin = os_.now();
    ADYTON_CHECK(outputs_->sync());
    manifest_.phase = phase;
    ++manifest_.generation;
    manifest_.tally = report_.tally;
    manifest_.tally.seconds += Seconds(begin - started_).count();
    manifest_.outputs = outputs_->marks();
    manifest_.dead_letters = outputs_->dead_letters_mark();
    ADYTON_CHECK(state_->commit(manifest_));
    last_commit_ = os_.now();
    commit_interval_ = std::max(shortest_interval, commit_share * Seconds(last_commit_ - begin));
    bytes_since_commit_ = 0;
    return {};
  }

  // --- the end -----------------------------------------------------------------------------------

  Status finish_files() {
    const Counts& counts = report_.tally.counts;
    if (!counts.add_up()) {
      return Error{
          ErrorCode::invalid,
          cat("the records do not add up (read ", counts.read, " + fanned out ", counts.fanned_out,
              ", written ", counts.written, " + dropped ", counts.dropped, " + dead ", counts.dead,
              "): nothing was published; please report this")};
    }
    ADYTON_CHECK(check_inputs());
    return outputs_->finish();
  }

  /// The inputs are what they were, and the manifest learns their digests.
  Status check_inputs() {
    ADYTON_TRY(const Identity now, identify(job_, plan_, os_));
    for (std::uint32_t i = 0; i < now.inputs.size(); ++i) {
      FileMark& mark = manifest_.inputs[i];
      if (!same_file(now.inputs[i], mark)) {
        return Error{ErrorCode::io, cat(mark.path,
                                        " was changed while it was read: nothing was "
                                        "published; when it is whole, run the job again")};
      }
      ADYTON_TRY(mark.digest, digests_.of(i, mark.path, os_));
    }
    return {};
  }

  Status publish(const Versions& versions) {
    // Both generations say so before the first file gets its name: if one of them is damaged then,
    // the other does not speak of temporary files that are no longer there.
    if (state_ && manifest_.phase == Manifest::Phase::running) {
      ADYTON_CHECK(commit(Manifest::Phase::publishing));
      ADYTON_CHECK(commit(Manifest::Phase::publishing));
    }
    ADYTON_CHECK(outputs_->publish());
    if (state_) ADYTON_CHECK(write_receipt(versions));
    report_.outputs = outputs_->paths();
    outputs_.reset();
    report_.state = std::move(state_);
    return {};
  }

  /// It speaks of the files that lie beside it, so it takes the place of an older one.
  Status write_receipt(const Versions& versions) {
    PendingFile file(os_, receipt_path(job_), job_.name, DigestKind::xxh3_128);
    ADYTON_CHECK(file.create());
    ADYTON_CHECK(file.write(receipt_text({job_, plan_, manifest_, versions, os_.unix_time()})));
    ADYTON_CHECK(file.seal());
    ADYTON_CHECK(file.publish(Existing::replace));
    report_.receipt = file.path();
    return os_.sync_directory(directory_of(file.path()));
  }

  Result<RunReport> done() {
    report_.tally.seconds += Seconds(os_.now() - started_).count();
    return std::move(report_);
  }

  Result<RunReport> over() {
    outputs_->discard();
    if (state_) ADYTON_CHECK(state_->clear());
    return done();
  }

  Result<RunReport> stopped() {
    if (state_ && (bytes_since_commit_ > 0 || state_->has_manifest())) {
      ADYTON_CHECK(commit(Manifest::Phase::running));
      report_.resumable = true;
    }
    return done();
  }

  const JobConfig& job_;
  Os& os_;
  Pool& pool_;
  ScriptHost* scripts_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;
  const RecordBytes record_bytes_;

  std::unique_ptr<Chain> chain_;
  std::unique_ptr<StateFolder> state_;  // null: a job that cannot be resumed
  Plan plan_;
  Identity identity_;
  std::optional<Outputs> outputs_;
  InputDigests digests_;
  std::optional<Source> source_;
  std::uint64_t bytes_total_ = 0;

  Manifest manifest_;  // of the last commit, with the position of what was written since
  Clock::time_point started_;
  Clock::time_point last_commit_;
  Seconds commit_interval_ = shortest_interval;
  std::uint64_t bytes_since_commit_ = 0;
  RunReport report_;
};

}  // namespace

Result<RunReport> run_job(const JobConfig& job, Os& os, Pool& pool, ScriptHost* scripts,
                          RunObserver& observer, const std::atomic<bool>& stop,
                          const RunOptions& options) {
  return Run(job, os, pool, scripts, observer, stop).run(options);
}

}  // namespace adyton::pipeline
