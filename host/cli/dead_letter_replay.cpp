#include "host/cli/dead_letter_replay.h"

#include <algorithm>
#include <cstdio>

#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <unistd.h>

#include "host/base/text.h"
#include "host/cli/job.h"
#include "host/cli/options.h"
#include "host/cli/sealing.h"
#include "host/cli/stop_signal.h"
#include "host/observe/progress.h"
#include "host/observe/summary.h"
#include "host/pipeline/dead_letter_replay.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

constexpr std::string_view command_name = "dead-letter replay";

constexpr std::string_view usage =
    "usage: adyton dead-letter replay FILE --job JOB -o OUT [--dead-letter FILE2]\n"
    "Reads the records of a dead-letter file again from the files that they came from, each once, "
    "in\n"
    "the order of the dead-letter file, and runs the job over them alone. The job's own inputs "
    "and\n"
    "outputs are not touched. Nothing is replaced, and nothing is published before all is done.\n"
    "exit code: 0 done, 1 failed, 2 usage, 65 too many dead records, 75 stopped, 78 bad job file\n"
    "\n"
    "example:\n"
    "  adyton dead-letter replay out/dead.ndjson --job job.toml -o out/mended.ndjson \\\n"
    "      --dead-letter out/still-dead.ndjson\n";

struct Options {
  pipeline::Replay replay;
  std::string job;
  std::vector<std::string> identities;
  pipeline::JobSettings settings;
  bool quiet = false;
  bool json = false;
};

std::variant<Options, int> read_options(std::span<const std::string> args) {
  CommandOptions command{command_name, "file", usage, {}};
  command.options.add_options()                                             //
      ("job", po::value<std::string>()->value_name("JOB"), "the job file")  //
      ("output,o", po::value<std::string>()->value_name("OUT"),
       "the file the records go to, or -")  //
      ("dead-letter", po::value<std::string>()->value_name("FILE2"),
       "the file for what is still dead (default: it is only counted)")  //
      ("identity,i", po::value<std::vector<std::string>>()->value_name("FILE"),
       "opens sealed entries, so that the records read are compared with them; may be given "
       "several times")                                                        //
      ("quiet,q", "no progress, and no summary unless --summary asks for it")  //
      ("summary", po::value<std::string>()->value_name("FORM"), "text (default) or json");
  add_job_options(command.options);
  auto parsed = parse_options(std::move(command), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  const auto text = [&](const char* name) {
    return values.contains(name) ? values[name].as<std::string>() : std::string();
  };
  Options options;
  options.replay = {text("file"), text("output"), text("dead-letter"), nullptr};
  options.identities = all_of(values, "identity");
  options.job = text("job");
  options.settings = job_settings(values);
  options.json = text("summary") == "json";
  options.quiet = values.contains("quiet");
  std::string problem;
  if (options.job.empty()) {
    problem = "which job? --job JOB";
  } else if (options.replay.output.empty()) {
    problem = "where are the records to go? -o OUT";
  } else if (options.replay.output.find_first_of("{}") != std::string::npos) {
    problem = "-o is one file, without {placeholders}";
  } else if (values.contains("summary") && !options.json && text("summary") != "text") {
    problem = cat("--summary is text or json, not ", in_quotes(text("summary")));
  }
  if (problem.empty()) return options;
  complain(command_name, problem);
  std::fputs("try: adyton dead-letter replay --help\n", stderr);
  return exit_usage;
}

/// What is there stays.
bool nothing_in_the_way(const pipeline::Replay& replay, Os& os) {
  using Option = std::pair<const std::string*, std::string_view>;
  for (const auto& [path, option] :
       {Option{&replay.output, "-o"}, Option{&replay.still_dead, "--dead-letter"}}) {
    if (path->empty() || *path == "-" || !os.exists(*path)) continue;
    complain(command_name,
             cat(in_quotes(*path), " exists: move it away, or give ", option, " another name"));
    return false;
  }
  return true;
}

class ProgressObserver final : public pipeline::RunObserver {
 public:
  explicit ProgressObserver(observe::Progress& progress) : progress_(progress) {}
  void progress(const pipeline::RunProgress& now) override {
    progress_.update({now.bytes_read, now.bytes_total, now.counts.read, now.counts.dead},
                     observe::Clock::now());
  }

 private:
  observe::Progress& progress_;
};

Result<pipeline::RunReport> run(const pipeline::JobConfig& job, const Options& options,
                                const pipeline::DeadLetterSurvey& survey, Os& os,
                                const StartScripts& start_scripts) {
  std::unique_ptr<pipeline::ScriptHost> scripts;
  if (std::any_of(job.steps.begin(), job.steps.end(),
                  [](const auto& step) { return step.runs_python(); })) {
    ADYTON_TRY(scripts, start_scripts(job));
  }
  // After the interpreter, which has handlers of its own.
  const StopSignal stop;
  observe::Progress progress(options.quiet ? nullptr : observe::open_terminal(STDERR_FILENO),
                             observe::Clock::now());
  ProgressObserver observer(progress);
  return pipeline::replay_dead_letters(job, options.replay, survey, os, scripts.get(), observer,
                                       stop.requested());
}

int finish(const pipeline::JobConfig& job, const Options& options,
           const pipeline::RunReport& report) {
  const observe::Summary summary = make_summary(job, report);
  if (options.json && options.replay.output != "-") {
    if (!print(observe::summary_json(summary))) return exit_failed;
  } else if (options.json || !options.quiet) {
    const std::string text =
        options.json ? observe::summary_json(summary) : observe::summary_text(summary);
    std::fputs(text.c_str(), stderr);
  }
  if (report.outcome == pipeline::Outcome::stopped) {
    complain(command_name, "stopped: nothing was published; run it again to start over");
    return exit_stopped;
  }
  if (report.outcome == pipeline::Outcome::done) return exit_done;
  const std::uint64_t dead = report.tally.counts.dead;
  complain(command_name,
           cat(with_commas(dead), dead == 1 ? " record is" : " records are",
               " still dead and max_errors allows ", budget_text(job.dead_letter.max_errors),
               ": nothing was published",
               options.quiet && !report.tally.first_dead.empty() ? "; the first: " : "",
               options.quiet ? report.tally.first_dead : ""));
  return exit_over_budget;
}

}  // namespace

int dead_letter_replay(std::span<const std::string> args, Os& os,
                       const StartScripts& start_scripts) {
  auto parsed = read_options(args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  auto& options = std::get<Options>(parsed);
  auto identities = letter_identities(os, options.identities);
  if (!identities) {
    complain(command_name, identities.error().text());
    return exit_failed;
  }
  options.replay.identities = *std::move(identities);
  auto written = load_job(os, options.job, options.settings);
  if (!written) return exit_config;
  const auto survey = pipeline::survey_dead_letters(os, options.replay.letters);
  if (!survey) {
    complain(command_name, survey.error().text());
    return exit_code(survey.error());
  }
  if (!nothing_in_the_way(options.replay, os)) return exit_config;
  if (survey->letters == 0) {
    complain(command_name, cat(options.replay.letters, " has no entries: there is nothing to do"));
    return exit_done;
  }
  const auto job = pipeline::replay_job(*std::move(written), options.replay, *survey);
  const auto report = run(job, options, *survey, os, start_scripts);
  if (report) return finish(job, options, *report);
  complain_about(command_name, report.error(), os, options.job);
  return exit_code(report.error());
}

}  // namespace adyton::cli
