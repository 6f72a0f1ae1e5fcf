#include "host/pipeline/dead_letter_replay.h"

#include <algorithm>
#include <optional>

#include "host/base/text.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/encode.h"
#include "host/pipeline/outputs.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/source_identities.h"

namespace adyton::pipeline {
namespace {

class Replayer {
 public:
  Replayer(const JobConfig& job, const Replay& replay, const DeadLetterSurvey& survey, Os& os,
           RunObserver& observer, const std::atomic<bool>& stop)
      : job_(job),
        replay_(replay),
        survey_(survey),
        os_(os),
        observer_(observer),
        stop_(stop),
        form_(DeadLetterForm::of(job)) {}

  /// What was not published is of no use to anybody.
  ~Replayer() {
    if (outputs_) outputs_->discard();
  }
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;

  Result<RunReport> run(ScriptHost* scripts) {
    const Os::Clock::time_point started = os_.now();
    ADYTON_TRY(chain_, Chain::make(job_, os_, scripts));
    ADYTON_TRY(plan_, plan_job(job_, os_));
    plan_.inputs = survey_.inputs;
    for (const Input& input : plan_.inputs) report_.inputs.push_back(input.path);
    if (const auto info = os_.info(replay_.letters)) bytes_total_ = info->size;
    outputs_.emplace(job_, plan_, os_);
    const Status moved = move_batches();
    const bool interrupted = !moved && moved.error().code == ErrorCode::stopped;
    if (!moved && !interrupted) return moved.error();
    if (interrupted) report_.outcome = Outcome::stopped;
    if (report_.outcome == Outcome::done) ADYTON_CHECK(publish());
    report_.tally.seconds = std::chrono::duration<double>(os_.now() - started).count();
    return std::move(report_);
  }

 private:
  Status move_batches() {
    ADYTON_TRY(const Reading reading, reading_of(os_, job_.source));
    ADYTON_TRY(DeadRecords records,
               DeadRecords::open(os_, replay_.letters, survey_, reading, replay_.identities));
    for (;;) {
      if (stop_.load(std::memory_order_relaxed)) return end(Outcome::stopped);
      ADYTON_TRY(std::optional<Batch> batch, records.next());
      if (!batch) break;
      for (const Record& record : batch->records) {
        const Origin& origin = batch->origins[record.origin];
        report_.tally.bytes_in += origin.end - origin.begin;
      }
      for (std::size_t stage = 0; stage < chain_->stages(); ++stage) {
        ADYTON_CHECK(chain_->run(stage, *batch));
      }
      ADYTON_CHECK(write(*batch));
      observer_.progress({records.consumed(), bytes_total_, report_.tally.counts});
      if (over_count()) return end(Outcome::over_budget);
    }
    return over_share() ? end(Outcome::over_budget) : Status();
  }

  Status write(Batch& batch) {
    Tally& tally = report_.tally;
    ADYTON_TRY(EncodedBatch encoded, encode(batch, plan_.outputs.front()));
    ADYTON_CHECK(outputs_->write(0, batch, encoded));
    for (const Record& record : batch.records) {
      if (record.state == State::live) ++batch.counts.written;
    }
    tally.bytes_out += encoded.plain_size;
    tally.counts += batch.counts;
    tally.values += batch.values;
    return write_dead(batch);
  }

  Status write_dead(Batch& batch) {
    const std::string& path = plan_.inputs[batch.input].path;
    std::stable_sort(batch.dead.begin(), batch.dead.end(),
                     [](const DeadRecord& a, const DeadRecord& b) { return a.origin < b.origin; });
    std::string entries;
    Tally& tally = report_.tally;
    for (const DeadRecord& dead : batch.dead) {
      ++tally.dead[{dead.step, dead.kind}];
      if (tally.first_dead.empty()) {
        tally.first_dead = describe_dead(job_, path, batch, dead, form_.in_the_clear);
      }
      ADYTON_CHECK(append_dead_letter(job_, path, batch, dead, form_, entries));
    }
    return outputs_->write_dead_letters(entries);
  }

  bool over_count() const {
    const auto& most = job_.dead_letter.max_errors.count;
    return most && report_.tally.counts.dead > *most;
  }

  bool over_share() const {
    const auto& most = job_.dead_letter.max_errors.share;
    const Counts& counts = report_.tally.counts;
    return most && static_cast<double>(counts.dead) > *most * static_cast<double>(counts.read);
  }

  Status end(Outcome outcome) {
    report_.outcome = outcome;
    return {};
  }

  Status publish() {
    const Counts& counts = report_.tally.counts;
    if (!counts.add_up()) {
      return Error{
          ErrorCode::invalid,
          cat("the records do not add up (read ", counts.read, " + fanned out ", counts.fanned_out,
              ", written ", counts.written, " + dropped ", counts.dropped, " + dead ", counts.dead,
              "): nothing was published; please report this")};
    }
    ADYTON_CHECK(outputs_->finish());
    ADYTON_CHECK(outputs_->publish());
    report_.outputs = outputs_->paths();
    outputs_.reset();
    return {};
  }

  const JobConfig& job_;
  const Replay& replay_;
  const DeadLetterSurvey& survey_;
  Os& os_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;
  const DeadLetterForm form_;

  std::unique_ptr<Chain> chain_;
  Plan plan_;
  std::optional<Outputs> outputs_;
  std::uint64_t bytes_total_ = 0;
  RunReport report_;
};

}  // namespace

JobConfig replay_job(JobConfig job, const Replay& replay, const DeadLetterSurvey& survey) {
  job.source.files.clear();
  job.source.places.clear();
  job.source.at = {};
  for (const Input& input : survey.inputs) job.source.files.push_back(input.path);
  job.sink.files = replay.output;
  job.sink.at = {};
  job.sink.existing = Existing::error;
  job.dead_letter.file = replay.still_dead;
  job.dead_letter.at = {};
  return job;
}

Result<RunReport> replay_dead_letters(const JobConfig& job, const Replay& replay,
                                      const DeadLetterSurvey& survey, Os& os, ScriptHost* scripts,
                                      RunObserver& observer, const std::atomic<bool>& stop) {
  return Replayer(job, replay, survey, os, observer, stop).run(scripts);
}

}  // namespace adyton::pipeline
