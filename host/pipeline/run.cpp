#include "host/pipeline/run.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include <malloc.h>

#include "host/base/text.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/sink.h"
#include "host/pipeline/source.h"
#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {
namespace {

/// Steps that run one after the other on the same kind of thread. Without steps: the records are
/// checked.
struct Stage {
  Step::Thread thread;
  std::vector<Step*> steps;
};

/// A batch on its way. In the hands of one pool thread while `running`, else of the run's thread.
struct Traveller {
  Batch batch;
  std::size_t stage = 0;
  bool running = false;
  Status status;
  EncodedBatch encoded;
};

/// Tells the run's thread which travellers have come back from the pool.
class Arrivals {
 public:
  void push(Traveller* traveller) {
    // Told under the lock: once the last traveller is taken, this object may be gone.
    const std::lock_guard lock(mutex_);
    arrived_.push_back(traveller);
    any_.notify_one();
  }

  /// What has arrived; waits for something if `wait`.
  enum class Wait { no, yes };
  std::vector<Traveller*> take(Wait wait) {
    std::unique_lock lock(mutex_);
    if (wait == Wait::yes) any_.wait(lock, [this] { return !arrived_.empty(); });
    return std::exchange(arrived_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable any_;
  std::vector<Traveller*> arrived_;
};

/// Batches hold this much input at most, or one record where that is longer.
constexpr std::size_t max_bytes = 16 << 20;

RecordBytes bytes_allowed(const JobConfig& job) {
  return job.protects() && !job.dead_letter.plain ? RecordBytes::no : RecordBytes::yes;
}

/// Batches come and go in the same sizes: memory that is freed stays with the process, instead of
/// being given back to the kernel and faulted in again, page by page, for the next batch.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
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
        record_bytes_(bytes_allowed(job)) {}

  /// Nothing on the pool looks at what this object owns any more.
  ~Run() { drain(); }

  Result<RunReport> run() {
    const auto start = std::chrono::steady_clock::now();
    keep_freed_memory();
    ADYTON_CHECK(open());
    ADYTON_CHECK(move_batches());
    if (!stopped_early_) ADYTON_CHECK(finish());
    report_.elapsed = std::chrono::steady_clock::now() - start;
    return std::move(report_);
  }

 private:
  Status open() {
    ADYTON_CHECK(load_keyrings());
    ADYTON_CHECK(make_steps());
    ADYTON_TRY(plan_, plan_job(job_, os_));
    for (const Input& input : plan_.inputs) {
      report_.inputs.push_back(input.path);
      bytes_total_ += input.size;
    }
    for (const Output& output : plan_.outputs) {
      ADYTON_TRY(auto file, PendingFile::create(os_, output.path));
      sinks_.emplace_back(std::move(file), output.compression);
    }
    if (!job_.dead_letter.file.empty()) {
      ADYTON_TRY(dead_letters_, PendingFile::create(os_, job_.dead_letter.file));
    }
    source_.emplace(os_, plan_.inputs, job_.source.max_record);
    // Enough that no core waits for the run's thread, few enough to bound memory.
    window_ = 2 * pool_.size() + 2;
    return {};
  }

  Status load_keyrings() {
    for (const auto& [name, config] : job_.keyrings) {
      auto keyring = crypto::load_keyring(os_, config.file);
      if (!keyring) {
        Error error = keyring.error();
        error.where = cat(job_.path, ':', config.at.line, ':', config.at.column);
        return error;
      }
      keyrings_.emplace(name, *std::move(keyring));
    }
    return {};
  }

  Status make_steps() {
    const StepContext context{job_, keyrings_, scripts_};
    for (std::size_t i = 0; i < job_.steps.size(); ++i) {
      const StepConfig& config = job_.steps[i];
      auto step = find_step(config.use)->make(config, context, static_cast<std::uint32_t>(i + 1));
      if (!step) {
        Error error = step.error();
        if (error.where.empty()) {
          error.where = cat(job_.path, ':', config.at.line, ':', config.at.column);
        }
        return error;
      }
      steps_.push_back(*std::move(step));
      const Step::Thread thread = steps_.back()->thread();
      if (stages_.empty() || stages_.back().thread != thread) stages_.push_back({thread, {}});
      stages_.back().steps.push_back(steps_.back().get());
    }
    // The first stage is the pool's, so that records are checked there and not beside the scripts;
    // the last one is, too: it makes the batch ready for the sink.
    if (!stages_.empty() && stages_.front().thread == Step::Thread::main) {
      stages_.insert(stages_.begin(), {Step::Thread::pool, {}});
    }
    if (stages_.empty() || stages_.back().thread == Step::Thread::main) {
      stages_.push_back({Step::Thread::pool, {}});
    }
    next_in_stage_.resize(stages_.size(), 0);
    return {};
  }

  /// Reads, lets batches through their stages and writes them, in input order, until all is done.
  Status move_batches() {
    bool input_left = true;
    while (input_left || !travellers_.empty()) {
      if (stop_.load(std::memory_order_relaxed)) return give_up(Outcome::stopped);
      if (over_budget()) return give_up(Outcome::over_budget);
      const bool can_read = input_left && travellers_.size() < window_ && bytes_ < max_bytes;
      ADYTON_CHECK(take_arrivals(can_read ? Arrivals::Wait::no : Arrivals::Wait::yes));
      ADYTON_CHECK(run_main_stages());
      ADYTON_CHECK(write_finished());
      if (can_read) {
        ADYTON_TRY(input_left, read_batch());
      }
    }
    if (over_budget(AtEnd::yes)) return give_up(Outcome::over_budget);
    return {};
  }

  Result<bool> read_batch() {
    ADYTON_TRY(std::optional<Batch> batch, source_->next());
    if (!batch) return false;
    report_.bytes_in += batch->original->size();
    bytes_ += batch->original->size();
    auto traveller = std::make_unique<Traveller>();
    traveller->batch = *std::move(batch);
    travellers_.push_back(std::move(traveller));
    send(*travellers_.back());
    return true;
  }

  /// Gives the traveller to the pool if its stage is the pool's.
  void send(Traveller& traveller) {
    if (traveller.stage == stages_.size() ||
        stages_[traveller.stage].thread == Step::Thread::main) {
      return;
    }
    traveller.running = true;
    ++in_pool_;
    const auto task = [this, &traveller] {
      traveller.status = run_stage(traveller);
      arrivals_.push(&traveller);
    };
    // With one thread there is nobody to work beside this one: a hand-over would only cost.
    if (pool_.size() == 1) return task();
    pool_.submit(task);
  }

  Status run_stage(Traveller& traveller) {
    const Stage& stage = stages_[traveller.stage];
    if (stage.steps.empty()) validate(traveller.batch);
    for (Step* step : stage.steps) ADYTON_CHECK(step->run(traveller.batch));
    if (traveller.stage + 1 < stages_.size()) return {};
    const std::uint32_t output = plan_.inputs[traveller.batch.input].output;
    ADYTON_TRY(traveller.encoded, encode(traveller.batch, plan_.outputs[output].compression));
    return {};
  }

  Status take_arrivals(Arrivals::Wait wait) {
    if (in_pool_ == 0) return {};
    const std::vector<Traveller*> arrived = arrivals_.take(wait);
    in_pool_ -= arrived.size();
    for (Traveller* traveller : arrived) {
      traveller->running = false;
      ADYTON_CHECK(std::move(traveller->status));
      ++traveller->stage;
      send(*traveller);
    }
    return {};
  }

  /// Runs the scripts' stages on whatever waits for them, each stage in input order.
  Status run_main_stages() {
    for (const auto& traveller : travellers_) {
      if (traveller->running || traveller->stage == stages_.size()) continue;
      if (traveller->batch.sequence != next_in_stage_[traveller->stage]) continue;
      ++next_in_stage_[traveller->stage];
      ADYTON_CHECK(run_stage(*traveller));
      ++traveller->stage;
      send(*traveller);
    }
    return {};
  }

  Status write_finished() {
    while (!travellers_.empty() && !travellers_.front()->running &&
           travellers_.front()->stage == stages_.size()) {
      ADYTON_CHECK(write(*travellers_.front()));
      bytes_ -= travellers_.front()->batch.original->size();
      travellers_.pop_front();
    }
    return {};
  }

  Status write(Traveller& traveller) {
    Batch& batch = traveller.batch;
    const Input& input = plan_.inputs[batch.input];
    ADYTON_CHECK(sinks_[input.output].write(traveller.encoded));
    for (const Record& record : batch.records) {
      if (record.state == State::live) ++batch.counts.written;
    }
    report_.bytes_out += traveller.encoded.plain_size();
    report_.counts += batch.counts;
    report_.values += batch.values;
    ADYTON_CHECK(write_dead(batch, input));
    observer_.progress({source_->consumed(), bytes_total_, report_.counts});
    return {};
  }

  Status write_dead(Batch& batch, const Input& input) {
    // Steps find dead records one after the other; the file has them in input order.
    std::stable_sort(batch.dead.begin(), batch.dead.end(),
                     [](const DeadRecord& a, const DeadRecord& b) { return a.origin < b.origin; });
    std::string entries;
    for (const DeadRecord& dead : batch.dead) {
      ++report_.dead[{dead.step, dead.kind}];
      if (report_.first_dead.empty()) {
        report_.first_dead = describe_dead(job_, input.path, batch, dead, record_bytes_);
      }
      if (dead_letters_) append_dead_letter(job_, input.path, batch, dead, record_bytes_, entries);
    }
    if (entries.empty()) return {};
    return dead_letters_->write(entries);
  }

  enum class AtEnd { no, yes };
  bool over_budget(AtEnd at_end = AtEnd::no) const {
    const ErrorBudget& budget = job_.dead_letter.max_errors;
    const Counts& counts = report_.counts;
    if (budget.count && counts.dead > *budget.count) return true;
    // A share is known when everything has been read.
    return at_end == AtEnd::yes && budget.share &&
           static_cast<double>(counts.dead) > *budget.share * static_cast<double>(counts.read);
  }

  Status give_up(Outcome outcome) {
    report_.outcome = outcome;
    stopped_early_ = true;
    return {};
  }

  Status finish() {
    if (!report_.counts.add_up()) {
      return Error{ErrorCode::invalid,
                   cat("the records do not add up (read ", report_.counts.read, " + fanned out ",
                       report_.counts.fanned_out, ", written ", report_.counts.written,
                       " + dropped ", report_.counts.dropped, " + dead ", report_.counts.dead,
                       "): nothing was published; please report this")};
    }
    for (Sink& sink : sinks_) ADYTON_CHECK(sink.finish());
    for (PendingFile* file : files()) ADYTON_CHECK(file->seal());
    for (PendingFile* file : files()) {
      ADYTON_CHECK(file->publish(job_.sink.existing));
      report_.outputs.push_back(file->path());
    }
    return {};
  }

  std::vector<PendingFile*> files() {
    std::vector<PendingFile*> all;
    for (Sink& sink : sinks_) all.push_back(&sink.file());
    if (dead_letters_) all.push_back(dead_letters_.get());
    return all;
  }

  void drain() {
    while (in_pool_ > 0) in_pool_ -= arrivals_.take(Arrivals::Wait::yes).size();
  }

  const JobConfig& job_;
  Os& os_;
  Pool& pool_;
  ScriptHost* scripts_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;
  const RecordBytes record_bytes_;

  std::map<std::string, crypto::Keyring, std::less<>> keyrings_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<Stage> stages_;
  Plan plan_;
  std::vector<Sink> sinks_;
  std::unique_ptr<PendingFile> dead_letters_;
  std::optional<Source> source_;
  std::uint64_t bytes_total_ = 0;

  Arrivals arrivals_;
  std::deque<std::unique_ptr<Traveller>> travellers_;  // in input order
  std::vector<std::uint64_t> next_in_stage_;           // of the main thread's stages: a sequence
  std::size_t in_pool_ = 0;
  std::size_t window_ = 0;
  std::size_t bytes_ = 0;  // of the travellers' original text
  bool stopped_early_ = false;
  RunReport report_;
};

}  // namespace

Result<RunReport> run_job(const JobConfig& job, Os& os, Pool& pool, ScriptHost* scripts,
                          RunObserver& observer, const std::atomic<bool>& stop) {
  return Run(job, os, pool, scripts, observer, stop).run();
}

}  // namespace adyton::pipeline
