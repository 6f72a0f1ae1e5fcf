#include "host/cli/replay.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/text.h"
#include "host/cli/job.h"
#include "host/cli/options.h"
#include "host/cli/terminal_text.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/record_finder.h"
#include "host/pipeline/record_text.h"
#include "host/pipeline/source_identities.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

constexpr std::string_view command_name = "replay";
constexpr std::string_view usage =
    "usage: adyton replay JOB --at FILE:OFFSET [--pdb]\n"
    "       adyton replay JOB --at FILE --line N [--pdb]\n"
    "Walks one record of FILE through the steps of the job and prints it after each. Values are "
    "shown\n"
    "in the clear. Nothing is written. Dead letters hold file, line and offset; the offset is into "
    "the\n"
    "decompressed file, and found at once; a line is looked for from the beginning.\n"
    "exit code: 0 shown, 1 there is no such record, 2 usage, 75 stopped, 78 bad job file\n"
    "\n"
    "example:\n"
    "  adyton replay job.toml --at data/monday.ndjson:2033\n"
    "  adyton replay job.toml --at data/monday.ndjson --line 17 --pdb\n";
constexpr std::size_t label_width = 14;
constexpr std::size_t longest_value = 200;

struct Options {
  std::string job;
  pipeline::JobSettings settings;
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t line = 0;  // 0: the offset says which record
  bool pdb = false;
};

/// The number behind the last colon; nullopt if there is none.
std::optional<std::uint64_t> split_offset(std::string& spot) {
  const std::size_t colon = spot.rfind(':');
  if (colon == std::string::npos || colon + 1 == spot.size()) return std::nullopt;
  std::uint64_t offset = 0;
  const char* const end = spot.data() + spot.size();
  const auto [stop, error] = std::from_chars(spot.data() + colon + 1, end, offset);
  if (error != std::errc{} || stop != end) return std::nullopt;
  spot.resize(colon);
  return offset;
}

std::variant<Options, int> read_options(std::span<const std::string> args) {
  CommandOptions command{command_name, "job", usage, {}};
  command.options.add_options()                                                    //
      ("at", po::value<std::string>()->value_name("FILE:OFFSET"), "which record")  //
      ("line", po::value<std::int64_t>()->value_name("N"),
       "the record that begins on the nth line of FILE, instead of :OFFSET")  //
      ("pdb",
       "stops in the debugger at the first line of each Python function, and where it raises");
  add_job_options(command.options);
  auto parsed = parse_options(std::move(command), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  Options options;
  options.job = values["job"].as<std::string>();
  options.settings = job_settings(values);
  options.pdb = values.contains("pdb");
  std::string problem;
  if (!values.contains("at")) {
    problem = "which record? --at FILE:OFFSET, as `adyton dead-letter list` shows them";
  } else {
    options.file = values["at"].as<std::string>();
    if (values.contains("line")) {
      const auto line = values["line"].as<std::int64_t>();
      if (line < 1) problem = "--line is a number from 1";
      options.line = static_cast<std::uint64_t>(line);
    } else if (const auto offset = split_offset(options.file)) {
      options.offset = *offset;
    } else {
      problem = cat("--at is FILE:OFFSET, and ", in_quotes(options.file),
                    " has no offset: add it, or --line N");
    }
  }
  if (problem.empty() && options.file == "-") {
    problem = "a record of standard input cannot be read again";
  }
  if (problem.empty()) return options;
  complain(command_name, problem);
  std::fputs("try: adyton replay --help\n", stderr);
  return exit_usage;
}

Result<pipeline::Batch> read_record(const pipeline::JobConfig& job, const Options& options,
                                    Os& os) {
  ADYTON_TRY(const FileInfo info, os.info(options.file));
  if (info.kind == FileInfo::Kind::directory) {
    return Error{ErrorCode::io, cat(options.file, " is a folder")};
  }
  ADYTON_TRY(const pipeline::Reading reading, pipeline::reading_of(os, job.source));
  pipeline::RecordFinder finder(os, options.file, reading);
  ADYTON_TRY(const std::size_t index,
             options.line > 0 ? finder.find_on_line(options.line) : finder.find(options.offset, 0));
  return pipeline::only(finder.take_batch(), {index});
}

std::string row(std::string_view label, std::string_view text) {
  const std::size_t width = std::max(label_width, label.size() + 1);
  return cat("  ", label, std::string(width - label.size(), ' '), text, '\n');
}

std::string value_text(std::string_view json) {
  if (json.size() <= longest_value) return shown_record(json);
  return cat(human_size(json.size()), " of JSON");
}

/// What became of the one record, member by member.
std::string change_rows(const std::string& before, const std::string& after) {
  std::string text;
  for (const pipeline::Change& change : pipeline::changes(before, after)) {
    const std::string pointer = change.pointer.empty() ? "the record" : shown(change.pointer);
    if (change.before.empty()) {
      text += row("", cat("+ ", pointer, "  ", value_text(change.after)));
    } else if (change.after.empty()) {
      text += row("", cat("- ", pointer, "  ", value_text(change.before)));
    } else {
      text += row("", cat("~ ", pointer, "  ", value_text(change.before), " -> ",
                          value_text(change.after)));
    }
  }
  return text;
}

std::vector<std::string> live(const pipeline::Batch& batch) {
  std::vector<std::string> texts;
  for (const pipeline::Record& record : batch.records) {
    if (record.state == pipeline::State::live) texts.emplace_back(batch.text_of(record));
  }
  return texts;
}

std::string death_rows(const pipeline::JobConfig& job, const pipeline::DeadRecord& dead) {
  std::string text =
      row("", cat("dead: ", shown(describe_death(job, dead, pipeline::RecordBytes::yes))));
  for (std::string_view rest = dead.traceback; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += row("", shown(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

/// What a step made of the records that came to it.
class Walk {
 public:
  Walk(const pipeline::JobConfig& job, pipeline::Batch& batch)
      : job_(job), batch_(batch), before_(live(batch)) {}

  bool over() const { return before_.empty(); }

  std::string after(std::string_view label) {
    std::vector<std::string> now = live(batch_);
    std::string text;
    if (now == before_ && dead_ == batch_.dead.size()) {
      text = row(label, "unchanged");
    } else {
      for (const std::string& record : now) {
        text += row(text.empty() ? label : "", shown_record(record));
      }
      if (now.size() == 1 && before_.size() == 1) text += change_rows(before_.front(), now.front());
      if (batch_.counts.dropped > dropped_) text += row(text.empty() ? label : "", "dropped");
      if (text.empty()) text = row(label, "dead");
    }
    for (; dead_ < batch_.dead.size(); ++dead_) text += death_rows(job_, batch_.dead[dead_]);
    dropped_ = batch_.counts.dropped;
    before_ = std::move(now);
    return text;
  }

 private:
  const pipeline::JobConfig& job_;
  pipeline::Batch& batch_;
  std::vector<std::string> before_;
  std::size_t dead_ = 0;
  std::uint64_t dropped_ = 0;
};

Status walk(const pipeline::JobConfig& job, pipeline::Chain& chain, pipeline::Batch& batch) {
  Walk walk(job, batch);
  const std::uint32_t origin =
      batch.records.empty() ? batch.dead.front().origin : batch.records.front().origin;
  print(row("read", shown_record(line_without_ending(batch, batch.origins[origin]))));
  // What is no JSON dies before the first step, as in a run.
  validate(batch);
  if (std::string text = walk.after("checked"); !batch.dead.empty()) print(text);
  for (std::size_t i = 0; i < chain.steps() && !walk.over(); ++i) {
    ADYTON_CHECK(chain.run_step(i, batch));
    if (!print(walk.after(cat(i + 1, ' ', job.steps[i].use)))) break;
  }
  return {};
}

}  // namespace

int replay_command(std::span<const std::string> args, Os& os, const StartScripts& start_scripts,
                   const StartScripts& start_debugger) {
  auto parsed = read_options(args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& options = std::get<Options>(parsed);
  const auto job = load_job(os, options.job, options.settings);
  if (!job) return exit_config;
  auto batch = read_record(*job, options, os);
  if (!batch) {
    complain(command_name, batch.error().text());
    return exit_failed;
  }
  std::unique_ptr<pipeline::ScriptHost> scripts;
  if (std::any_of(job->steps.begin(), job->steps.end(),
                  [](const auto& step) { return step.runs_python(); })) {
    // What scripts print must not get between the lines here, but the debugger talks there.
    pipeline::JobConfig to_output = *job;
    to_output.sink.files = "-";
    auto started = options.pdb ? start_debugger(*job) : start_scripts(to_output);
    if (!started) {
      complain_about(command_name, started.error(), os, options.job);
      return exit_code(started.error());
    }
    scripts = *std::move(started);
  }
  const auto chain = pipeline::Chain::make(*job, os, scripts.get());
  if (!chain) {
    complain_about(command_name, chain.error(), os, options.job);
    return exit_code(chain.error());
  }
  const std::string place =
      options.line > 0 ? cat("line ", options.line) : cat("offset ", options.offset);
  print(cat(shown(options.file), ", ", place, " (values are shown in the clear)\n"));
  const Status walked = walk(*job, **chain, *batch);
  if (walked) return exit_done;
  complain_about(command_name, walked.error(), os, options.job);
  return exit_code(walked.error());
}

}  // namespace adyton::cli
