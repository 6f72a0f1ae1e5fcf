#include "host/cli/dry_run.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "host/base/text.h"
#include "host/cli/job.h"
#include "host/cli/options.h"
#include "host/cli/terminal_text.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/record_finder.h"
#include "host/pipeline/source.h"
#include "host/pipeline/source_identities.h"

namespace adyton::cli {
namespace {

using pipeline::Batch;
using pipeline::Record;
using pipeline::State;

constexpr std::string_view command_name = "run";
constexpr std::size_t small_batch = 64 << 10;

struct Totals {
  std::uint64_t read = 0;
  std::uint64_t go_on = 0;
  std::uint64_t dropped = 0;
  std::uint64_t dead = 0;
};

/// One of the records that were read.
struct Before {
  std::uint32_t origin;
  std::string text;
};

std::vector<Before> records_of(const Batch& batch) {
  std::vector<Before> all;
  for (std::uint32_t origin = 0; origin < batch.origins.size(); ++origin) {
    const auto live = std::find_if(batch.records.begin(), batch.records.end(),
                                   [&](const Record& each) { return each.origin == origin; });
    const bool dead = std::any_of(batch.dead.begin(), batch.dead.end(),
                                  [&](const auto& each) { return each.origin == origin; });
    if (live != batch.records.end()) {
      all.push_back({origin, std::string(batch.text_of(*live))});
    } else if (dead) {
      all.push_back({origin, std::string(line_without_ending(batch, batch.origins[origin]))});
    }
  }
  return all;
}

std::string after(const pipeline::JobConfig& job, const Batch& batch, const Before& before,
                  Totals& totals) {
  std::string text;
  for (const Record& record : batch.records) {
    if (record.origin != before.origin || record.state != State::live) continue;
    const std::string_view now = batch.text_of(record);
    text += cat("  after   ", now == before.text ? "unchanged" : shown_record(now), '\n');
    ++totals.go_on;
  }
  for (const pipeline::DeadRecord& dead : batch.dead) {
    if (dead.origin != before.origin) continue;
    text += cat("  dead    ", shown(describe_death(job, dead, pipeline::RecordBytes::yes)), '\n');
    ++totals.dead;
  }
  if (!text.empty()) return text;
  ++totals.dropped;
  return "  dropped\n";
}

/// The first records of the batch, at most `most`.
Batch first_records(Batch batch, std::uint64_t most) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < batch.records.size() && wanted.size() < most; ++i) {
    if (batch.records[i].state != State::blank) wanted.push_back(i);
  }
  return pipeline::only(std::move(batch), wanted);
}

Status show(const pipeline::JobConfig& job, pipeline::Chain& chain, Batch batch, Totals& totals) {
  const std::string path(batch.path == pipeline::standard_stream ? "standard input" : batch.path);
  const std::vector<Before> records = records_of(batch);
  for (std::size_t stage = 0; stage < chain.stages(); ++stage) {
    ADYTON_CHECK(chain.run(stage, batch));
  }
  for (const Before& before : records) {
    ++totals.read;
    const bool printed =
        print(cat(shown(path), ':', batch.line_of(before.origin), "\n  before  ",
                  shown_record(before.text), '\n', after(job, batch, before, totals)));
    if (!printed) return Error{ErrorCode::io, "standard output cannot be written"};
  }
  return {};
}

Status show_records(const pipeline::JobConfig& job, std::uint64_t limit, Os& os,
                    const StartScripts& start_scripts) {
  ADYTON_TRY(const pipeline::Plan plan,
             pipeline::plan_job(job, os, pipeline::ExistingOutputs::ignore));
  std::unique_ptr<pipeline::ScriptHost> scripts;
  if (std::any_of(job.steps.begin(), job.steps.end(),
                  [](const auto& step) { return step.runs_python(); })) {
    ADYTON_TRY(scripts, start_scripts(job));
  }
  ADYTON_TRY(const auto chain, pipeline::Chain::make(job, os, scripts.get()));
  ADYTON_TRY(pipeline::Reading reading, pipeline::reading_of(os, job.source));
  reading.batch_size = small_batch;
  pipeline::Source source(os, plan.inputs, reading);
  Totals totals;
  while (totals.read < limit) {
    ADYTON_TRY(std::optional<Batch> batch, source.next());
    if (!batch) break;
    ADYTON_CHECK(show(job, *chain, first_records(*std::move(batch), limit - totals.read), totals));
  }
  const auto count = [](std::uint64_t n, std::string_view what) { return cat(", ", n, ' ', what); };
  std::fputs(cat("dry run: ", totals.read, totals.read == 1 ? " record read" : " records read",
                 count(totals.go_on, "would be written"), count(totals.dropped, "dropped"),
                 count(totals.dead, "dead"), "; nothing was written\n")
                 .c_str(),
             stderr);
  return {};
}

}  // namespace

int dry_run(const pipeline::JobConfig& job, std::uint64_t limit, Os& os,
            const StartScripts& start_scripts) {
  // What scripts print must not get between the records.
  const StartScripts beside = [&](const pipeline::JobConfig& written) {
    pipeline::JobConfig to_output = written;
    to_output.sink.files = pipeline::standard_stream;
    return start_scripts(to_output);
  };
  const Status done = show_records(job, limit, os, beside);
  if (done) return exit_done;
  complain_about(command_name, done.error(), os, job.path);
  return exit_code(done.error());
}

}  // namespace adyton::cli
