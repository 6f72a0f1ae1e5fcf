#include "host/cli/run.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include <boost/program_options/value_semantic.hpp>
#include <unistd.h>

#include "host/base/text.h"
#include "host/cli/dry_run.h"
#include "host/cli/job.h"
#include "host/cli/options.h"
#include "host/cli/stop_signal.h"
#include "host/cli/version.h"
#include "host/observe/progress.h"
#include "host/pipeline/dead_letter.h"
#include "host/runtime/pool.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

constexpr std::string_view command_name = "run";
constexpr std::string_view usage =
    "usage: adyton run [options] JOB\n"
    "Runs the job of a job file to its end and publishes its outputs. A run that was stopped or\n"
    "killed is taken up where it was.\n"
    "exit code: 0 done, 1 failed, 2 usage, 65 too many dead records, 75 stopped, 78 bad job file\n";
constexpr unsigned most_threads = 1024;

enum class SummaryForm { none, text, json };

struct RunOptions {
  std::string job;
  pipeline::JobSettings settings;
  SummaryForm summary = SummaryForm::text;
  bool quiet = false;
  pipeline::Start start = pipeline::Start::resume;
  std::optional<std::uint64_t> dry_run;  // so many records are shown, and nothing is written
  unsigned threads = 1;
};

std::variant<RunOptions, int> read_options(std::span<const std::string> args) {
  CommandOptions command{command_name, "job", usage, {}};
  command.options.add_options()                                                              //
      ("quiet,q", "no progress, and no summary unless --summary asks for it")                //
      ("summary", po::value<std::string>()->value_name("FORM"), "text (default) or json")    //
      ("restart", "throw away what a stopped run has done, and start over")                  //
      ("dry-run", "shows the first records before and after the steps, and writes nothing")  //
      ("limit", po::value<std::int64_t>()->value_name("N"),
       "with --dry-run: how many records (default: 10)")  //
      ("threads", po::value<int>()->value_name("N"),
       "threads that run native steps (default: the cores there are)");
  add_job_options(command.options);
  auto parsed = parse_options(std::move(command), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);

  RunOptions options;
  options.job = values["job"].as<std::string>();
  options.settings = job_settings(values);
  options.quiet = values.contains("quiet");
  if (options.quiet) options.summary = SummaryForm::none;
  if (values.contains("summary")) {
    const auto& form = values["summary"].as<std::string>();
    if (form != "text" && form != "json") {
      complain(command_name, cat("--summary is text or json, not ", in_quotes(form)));
      return exit_usage;
    }
    options.summary = form == "json" ? SummaryForm::json : SummaryForm::text;
  }
  if (values.contains("restart")) options.start = pipeline::Start::anew;
  if (values.contains("dry-run")) options.dry_run = 10;
  if (values.contains("limit")) {
    const auto limit = values["limit"].as<std::int64_t>();
    if (limit < 1 || !options.dry_run) {
      complain(command_name, limit < 1 ? "--limit is a number from 1"
                                       : "--limit goes with --dry-run: a run reads all records");
      return exit_usage;
    }
    options.dry_run = static_cast<std::uint64_t>(limit);
  }
  options.threads = Pool::cores();
  if (values.contains("threads")) {
    const int threads = values["threads"].as<int>();
    if (threads < 1 || threads > static_cast<int>(most_threads)) {
      complain(command_name, cat("--threads is a number from 1 to ", most_threads));
      return exit_usage;
    }
    options.threads = static_cast<unsigned>(threads);
  }
  return options;
}

class ProgressObserver final : public pipeline::RunObserver {
 public:
  ProgressObserver(observe::Progress& progress, bool quiet) : progress_(progress), quiet_(quiet) {}

  void resumed(const pipeline::Tally& so_far) override {
    if (quiet_) return;
    complain(command_name, cat("going on where a run of this job was stopped, after ",
                               with_commas(so_far.counts.read), " records"));
  }

  void progress(const pipeline::RunProgress& now) override {
    progress_.update({now.bytes_read, now.bytes_total, now.counts.read, now.counts.dead},
                     observe::Clock::now());
  }

 private:
  observe::Progress& progress_;
  bool quiet_;
};

/// Null where the job needs no Python.
Result<std::unique_ptr<pipeline::ScriptHost>> scripts_for(const pipeline::JobConfig& job,
                                                          const StartScripts& start_scripts) {
  const bool needed = std::any_of(job.steps.begin(), job.steps.end(),
                                  [](const auto& step) { return step.runs_python(); });
  if (!needed) return std::unique_ptr<pipeline::ScriptHost>();
  return start_scripts(job);
}

Result<pipeline::RunReport> run(const pipeline::JobConfig& job, const RunOptions& options, Os& os,
                                pipeline::ScriptHost* scripts, const StopSignal& stop) {
  Pool pool(options.threads);
  observe::Progress progress(options.quiet ? nullptr : observe::open_terminal(STDERR_FILENO),
                             observe::Clock::now());
  ProgressObserver observer(progress, options.quiet);
  return pipeline::run_job(job, os, pool, scripts, observer, stop.requested(),
                           {options.start, versions()});
}

std::string_view outcome_name(pipeline::Outcome outcome) {
  switch (outcome) {
    case pipeline::Outcome::done:
      return "done";
    case pipeline::Outcome::over_budget:
      return "over budget";
    case pipeline::Outcome::stopped:
      return "stopped";
  }
  return "";
}

/// False if the summary could not be written.
bool report_summary(const pipeline::JobConfig& job, const observe::Summary& summary,
                    SummaryForm form) {
  if (form == SummaryForm::none) return true;
  const bool json = form == SummaryForm::json;
  const std::string text = json ? observe::summary_json(summary) : observe::summary_text(summary);
  if (json && job.sink.files != "-") return print(text);
  std::fputs(text.c_str(), stderr);
  return true;
}

std::string over_budget(const pipeline::JobConfig& job, const pipeline::RunReport& report,
                        SummaryForm form) {
  const std::string text = cat(with_commas(report.tally.counts.dead),
                               report.tally.counts.dead == 1 ? " record is" : " records are",
                               " dead and max_errors allows ",
                               budget_text(job.dead_letter.max_errors), ": nothing was published");
  // The summary in text has it already.
  if (form == SummaryForm::text || report.tally.first_dead.empty()) return text;
  return cat(text, "; the first: ", report.tally.first_dead);
}

int finish(const pipeline::JobConfig& job, const pipeline::RunReport& report, SummaryForm form) {
  if (!report_summary(job, make_summary(job, report), form)) {
    complain(command_name, "the summary could not be written to standard output");
    return exit_failed;
  }
  switch (report.outcome) {
    case pipeline::Outcome::done:
      return exit_done;
    case pipeline::Outcome::over_budget:
      complain(command_name, over_budget(job, report, form));
      return exit_over_budget;
    case pipeline::Outcome::stopped:
      complain(command_name, report.resumable
                                 ? "stopped: nothing was published yet; run it again to go on"
                                 : "stopped: nothing was published; run it again to start over");
      return exit_stopped;
  }
  return exit_failed;
}

}  // namespace

observe::Summary make_summary(const pipeline::JobConfig& job, const pipeline::RunReport& report) {
  observe::Summary summary;
  summary.job = job.name;
  summary.outcome = outcome_name(report.outcome);
  summary.read = report.tally.counts.read;
  summary.fanned_out = report.tally.counts.fanned_out;
  summary.written = report.tally.counts.written;
  summary.dropped = report.tally.counts.dropped;
  summary.dead = report.tally.counts.dead;
  summary.blank = report.tally.counts.blank;
  summary.values = report.tally.values;
  for (const auto& [where, records] : report.tally.dead) {
    const auto use = where.first == 0 ? std::string_view() : pipeline::use_of(job, where.first);
    summary.dead_by.push_back({where.first, std::string(use), where.second, records});
  }
  summary.first_dead = report.tally.first_dead;
  summary.inputs = report.inputs;
  summary.outputs = report.outputs;
  if (!job.dead_letter.file.empty() && !summary.outputs.empty() &&
      summary.outputs.back() == job.dead_letter.file) {
    summary.dead_letter = job.dead_letter.file;
    summary.outputs.pop_back();
  }
  summary.bytes_in = report.tally.bytes_in;
  summary.bytes_out = report.tally.bytes_out;
  summary.seconds = report.tally.seconds;
  return summary;
}

int run_command(std::span<const std::string> args, Os& os, const StartScripts& start_scripts) {
  auto parsed = read_options(args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& options = std::get<RunOptions>(parsed);

  const auto job = load_job(os, options.job, options.settings);
  if (!job) return exit_config;
  if (options.dry_run) return dry_run(*job, *options.dry_run, os, start_scripts);
  auto scripts = scripts_for(*job, start_scripts);
  if (!scripts) {
    complain_about(command_name, scripts.error(), os, options.job);
    return exit_code(scripts.error());
  }
  // After the interpreter, which has handlers of its own; to the very end, as a run that is done
  // is not stopped any more.
  const StopSignal stop;
  const auto report = run(*job, options, os, scripts->get(), stop);
  scripts->reset();
  if (!report) {
    complain_about(command_name, report.error(), os, options.job);
    return exit_code(report.error());
  }
  const int code = finish(*job, *report, options.summary);
  if (report->state) report->state->retire();
  return code;
}

}  // namespace adyton::cli
