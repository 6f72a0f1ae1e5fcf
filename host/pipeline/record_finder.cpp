#include "host/pipeline/record_finder.h"

#include <algorithm>

#include "host/base/text.h"
#include "host/pipeline/sealed_input.h"

namespace adyton::pipeline {
namespace {

/// Opening the file anew costs about as much as reading this on.
constexpr std::uint64_t far = 1 << 20;

}  // namespace

Result<std::size_t> RecordFinder::find(std::uint64_t offset, std::uint64_t line) {
  if (!reader_ || (batch_ && offset < batch_->offset) || is_far(offset)) {
    ADYTON_CHECK(begin(offset, line));
  }
  while (!holds(offset)) {
    ADYTON_TRY(const bool more, read_on());
    if (!more) return nothing(cat("at offset ", offset));
  }
  const std::uint64_t within = offset - batch_->offset;
  const auto& origins = batch_->origins;
  const auto found = std::lower_bound(
      origins.begin(), origins.end(), within,
      [](const Origin& origin, std::uint64_t begin) { return origin.begin < begin; });
  if (found == origins.end() || found->begin != within) return nothing(cat("at offset ", offset));
  const auto index = static_cast<std::size_t>(found - origins.begin());
  if (batch_->records[index].state == State::blank) return nothing(cat("at offset ", offset));
  return index;
}

Result<std::size_t> RecordFinder::find_on_line(std::uint64_t line) {
  for (;;) {
    ADYTON_TRY(const bool more, read_on());
    if (!more) return nothing(cat("on line ", line));
    for (std::size_t i = 0; i < batch_->records.size(); ++i) {
      const std::uint64_t at = batch_->line_of(batch_->records[i].origin);
      if (at > line) return nothing(cat("on line ", line));
      if (at == line && batch_->records[i].state != State::blank) return i;
    }
  }
}

Batch RecordFinder::take_batch() {
  // What comes behind it can still be found.
  Batch batch = *std::move(batch_);
  batch_.emplace();
  batch_->offset = batch.next.offset;
  batch_->next = batch.next;
  batch_->first_line = batch.next.line;
  return batch;
}

bool RecordFinder::holds(std::uint64_t offset) const {
  return batch_ && offset >= batch_->offset && offset < batch_->next.offset;
}

bool RecordFinder::is_far(std::uint64_t offset) const {
  if (!batch_ || reading_.format != Format::ndjson) return false;
  // Only a file that is not compressed can be entered anywhere.
  const bool anywhere = batch_->next.restart_offset == batch_->next.offset;
  return anywhere && offset > batch_->next.offset && offset - batch_->next.offset > far;
}

Status RecordFinder::open() {
  ADYTON_TRY(auto file, os_.open(path_));
  ADYTON_TRY(auto bytes, open_input(os_, std::move(file), path_, reading_.identities));
  reader_ = make_record_reader(reading_, path_, std::move(bytes));
  return {};
}

Status RecordFinder::begin(std::uint64_t offset, std::uint64_t line) {
  batch_.reset();
  reader_.reset();
  if (reading_.format != Format::ndjson || offset == 0) return {};
  ADYTON_CHECK(open());
  // From the byte before: only if that ends a line does one begin at the offset.
  Position position;
  position.offset = offset - 1;
  position.line = line > 1 ? line - 1 : 1;
  return reader_->start_at(position);
}

Result<bool> RecordFinder::read_on() {
  if (!reader_) ADYTON_CHECK(open());
  ADYTON_TRY(batch_, reader_->next());
  return batch_.has_value();
}

Error RecordFinder::nothing(const std::string& where) const {
  return {ErrorCode::invalid, cat("no record begins ", where, " of ", path_)};
}

Batch only(Batch batch, const std::vector<std::size_t>& wanted) {
  Counts counts;
  std::vector<DeadRecord> dead;
  Rewrite rewrite(batch);
  for (const std::size_t index : wanted) {
    const Record& record = batch.records[index];
    ++counts.read;
    if (record.state == State::live) rewrite.keep(record);
    if (record.state != State::dead) continue;
    ++counts.dead;
    const auto why =
        std::find_if(batch.dead.begin(), batch.dead.end(),
                     [&](const DeadRecord& each) { return each.origin == record.origin; });
    if (why != batch.dead.end()) dead.push_back(*why);
  }
  rewrite.finish();
  batch.dead = std::move(dead);
  batch.counts = counts;
  return batch;
}

}  // namespace adyton::pipeline
