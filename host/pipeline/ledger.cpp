#include "host/pipeline/ledger.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

using Seconds = std::chrono::duration<double>;

/// What a kill may cost: work of this time, or nine times as long as a commit takes, so that
/// commits never take more than a tenth of a run.
constexpr Seconds shortest_interval{1};
constexpr double commit_share = 9;

/// What the receipt calls the fields that a step replaces without their being named.
constexpr std::string_view any_other = "(any other)";

}  // namespace

Ledger::Ledger(const JobConfig& job, const Plan& plan, Os& os, const Identity& identity,
               std::unique_ptr<StateFolder> state)
    : job_(job),
      plan_(plan),
      os_(os),
      form_(DeadLetterForm::of(job)),
      state_(std::move(state)),
      outputs_(job, plan, os),
      started_(os.now()),
      last_commit_(started_),
      commit_interval_(shortest_interval) {
  manifest_.job = identity.job;
  manifest_.scripts = identity.scripts;
  manifest_.inputs = identity.inputs;
  manifest_.started = os.unix_time();
}

Ledger::~Ledger() {
  if (!published_ && !(state_ && state_->has_manifest())) outputs_.discard();
}

Status Ledger::resume(Manifest before) {
  ADYTON_CHECK(outputs_.resume(before));
  manifest_ = std::move(before);
  ++manifest_.resumed;
  tally_ = manifest_.tally;
  position_ = manifest_.position;
  return {};
}

// --- the records ---------------------------------------------------------------------------------

Status Ledger::write(Batch& batch, EncodedBatch& encoded) {
  const Input& input = plan_.inputs[batch.input];
  ADYTON_CHECK(outputs_.inputs_done(batch.input));
  if (outputs_.seals() && outputs_.can_go_on()) whole_ = here();
  ADYTON_CHECK(outputs_.write(input.output, batch, encoded));
  count(batch, encoded);
  ADYTON_CHECK(write_dead(batch, input));
  position_ = batch.next;
  return {};
}

void Ledger::count(const Batch& batch, const EncodedBatch& encoded) {
  tally_.bytes_in += batch.original->size();
  tally_.bytes_out += encoded.plain_size;
  tally_.counts += batch.counts;
  for (const Record& record : batch.records) {
    if (record.state == State::live) ++tally_.counts.written;
  }
  tally_.values += batch.values;
  for (const FieldValues& replaced : batch.field_values) {
    const auto& fields = job_.steps[replaced.step - 1].fields("fields");
    const std::string field =
        replaced.field < fields.size() ? fields[replaced.field].text() : std::string(any_other);
    tally_.fields[{replaced.step, field}] += replaced.values;
  }
}

Status Ledger::write_dead(Batch& batch, const Input& input) {
  // Steps find dead records one after the other; the file has them in input order.
  std::stable_sort(batch.dead.begin(), batch.dead.end(),
                   [](const DeadRecord& a, const DeadRecord& b) { return a.origin < b.origin; });
  std::string entries;
  for (const DeadRecord& dead : batch.dead) {
    ++tally_.dead[{dead.step, dead.kind}];
    if (tally_.first_dead.empty()) {
      tally_.first_dead = describe_dead(job_, input.path, batch, dead, form_.in_the_clear);
    }
    if (!job_.dead_letter.file.empty()) {
      ADYTON_CHECK(append_dead_letter(job_, input.path, batch, dead, form_, entries));
    }
  }
  return outputs_.write_dead_letters(entries);
}

bool Ledger::over_budget(AtEnd at_end) const {
  const ErrorBudget& budget = job_.dead_letter.max_errors;
  const Counts& counts = tally_.counts;
  if (budget.count && counts.dead > *budget.count) return true;
  return at_end == AtEnd::yes && budget.share &&
         static_cast<double>(counts.dead) > *budget.share * static_cast<double>(counts.read);
}

// --- commits -------------------------------------------------------------------------------------

/// Bytes of input whose records could be committed.
std::uint64_t Ledger::uncommitted() const {
  const Tally& tally = outputs_.can_go_on() ? tally_ : whole_.tally;
  return tally.bytes_in - manifest_.tally.bytes_in;
}

bool Ledger::commit_due() const {
  if (!state_ || uncommitted() == 0) return false;
  return uncommitted() >= job_.commit_every || os_.now() - last_commit_ >= commit_interval_;
}

Status Ledger::commit_if_due() {
  return commit_due() ? commit(Manifest::Phase::running) : Status();
}

Result<bool> Ledger::commit_for_later() {
  if (!state_) return false;
  if (uncommitted() > 0) ADYTON_CHECK(commit(Manifest::Phase::running));
  return state_->has_manifest();
}

Status Ledger::commit(Manifest::Phase phase) {
  const Os::Clock::time_point begin = os_.now();
  Point point = outputs_.can_go_on() ? here() : whole_;
  ADYTON_CHECK(outputs_.sync());
  manifest_.phase = phase;
  ++manifest_.generation;
  manifest_.position = point.position;
  manifest_.tally = std::move(point.tally);
  manifest_.tally.seconds += Seconds(begin - started_).count();
  manifest_.outputs = outputs_.marks();
  manifest_.dead_letters = outputs_.dead_letters_mark();
  if (manifest_.dead_letters) manifest_.dead_letters->length = point.dead_letters;
  ADYTON_CHECK(state_->commit(manifest_));
  last_commit_ = os_.now();
  commit_interval_ = std::max(shortest_interval, commit_share * Seconds(last_commit_ - begin));
  return {};
}

// --- the end -------------------------------------------------------------------------------------

Status Ledger::finish(const std::vector<std::string>& digests) {
  const Counts& counts = tally_.counts;
  if (!counts.add_up()) {
    return Error{ErrorCode::invalid,
                 cat("the records do not add up (read ", counts.read, " + fanned out ",
                     counts.fanned_out, ", written ", counts.written, " + dropped ", counts.dropped,
                     " + dead ", counts.dead, "): nothing was published; please report this")};
  }
  for (std::size_t i = 0; i < digests.size(); ++i) manifest_.inputs[i].digest = digests[i];
  return outputs_.finish();
}

Status Ledger::publish() {
  // Both generations say so before the first file gets its name: if one of them is damaged then,
  // the other does not speak of temporary files that are no longer there.
  if (state_ && manifest_.phase == Manifest::Phase::running) {
    ADYTON_CHECK(commit(Manifest::Phase::publishing));
    ADYTON_CHECK(commit(Manifest::Phase::publishing));
  }
  ADYTON_CHECK(outputs_.publish());
  published_ = true;
  return {};
}

Status Ledger::discard() {
  outputs_.discard();
  return state_ ? state_->clear() : Status();
}

}  // namespace adyton::pipeline
