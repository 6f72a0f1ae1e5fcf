#include "host/cli/check.h"

#include <algorithm>
#include <vector>

#include "host/base/text.h"
#include "host/cli/job.h"
#include "host/cli/options.h"
#include "host/pipeline/check.h"

namespace adyton::cli {
namespace {

constexpr std::size_t label_width = 14;
constexpr std::size_t most_files = 5;

std::string row(std::string_view label, std::string_view text) {
  return cat("  ", label, std::string(label_width - label.size(), ' '), text, '\n');
}

/// The first few names, and how many more there are.
std::string some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_files); ++i) {
    text += cat(i > 0 ? ", " : "", names[i]);
  }
  if (names.size() > most_files) text += cat(" and ", names.size() - most_files, " more");
  return text;
}

std::string input_rows(const pipeline::Plan& plan) {
  std::uint64_t bytes = 0;
  std::vector<std::string> names;
  for (const pipeline::Input& input : plan.inputs) {
    bytes += input.size;
    names.push_back(input.path == "-" ? "standard input" : in_quotes(input.path));
  }
  std::string text = some(names);
  if (plan.inputs.size() > 1) text = cat(plan.inputs.size(), " files: ", text);
  if (bytes > 0) text += cat(" (", human_size(bytes), ')');
  return row("reads", text);
}

/// What the step works on: its fields, its function, what it asks.
std::string subject(const pipeline::StepConfig& step) {
  std::vector<std::string> parts;
  for (const std::string_view option : {"fields", "field", "from"}) {
    if (!step.has(option)) continue;
    // The `from` of another step is a keyring.
    if (step.use != "copy" && option == "from") continue;
    for (const json::Pointer& field : step.fields(option)) parts.push_back(field.text());
  }
  if (step.has("call")) parts.push_back(step.text("call"));
  if (step.has("expr")) parts.push_back(in_quotes(step.text("expr")));
  if (step.has("where"))
    parts.push_back(cat("where ", step.condition("where").field.front().text()));
  return some(parts);
}

std::string step_rows(const pipeline::JobConfig& job) {
  if (job.steps.empty()) return row("steps", "none: records are checked and copied");
  std::string text;
  for (std::size_t i = 0; i < job.steps.size(); ++i) {
    text +=
        row(i == 0 ? "steps" : "", cat(i + 1, ". ", job.steps[i].use, ' ', subject(job.steps[i])));
  }
  return text;
}

/// Whom the outputs are sealed to, and what that means for a run that is stopped.
std::string sealed_to(const pipeline::JobConfig& job, const pipeline::Plan& plan) {
  const std::size_t recipients = job.sink.recipients.size();
  if (recipients == 0) return {};
  const bool starts_over = plan.outputs.size() == 1 && job.sink.files != pipeline::standard_stream;
  return cat(", sealed to ", recipients, recipients == 1 ? " recipient" : " recipients",
             starts_over ? " (a run that is stopped starts over)" : "");
}

std::string output_row(const pipeline::JobConfig& job, const pipeline::Plan& plan) {
  std::vector<std::string> names;
  for (const pipeline::Output& output : plan.outputs) {
    names.push_back(output.path == "-" ? "standard output" : in_quotes(output.path));
  }
  const bool replaces = job.sink.existing == Existing::replace && job.sink.files != "-";
  return row("writes",
             cat(some(names), sealed_to(job, plan), replaces ? ", replacing what is there" : ""));
}

std::string dead_letter_row(const pipeline::JobConfig& job) {
  const pipeline::DeadLetterConfig& dead = job.dead_letter;
  if (dead.file.empty())
    return row("dead letters", cat("no file; ", budget_text(dead.max_errors), " allowed"));
  const bool hidden = job.protects() && !dead.plain;
  return row("dead letters",
             cat(in_quotes(dead.file), hidden ? " (without the text of records); " : "; ",
                 budget_text(dead.max_errors), " allowed"));
}

}  // namespace

std::string plan_text(const pipeline::JobConfig& job, const pipeline::Plan& plan) {
  return cat(input_rows(plan), step_rows(job), output_row(job, plan), dead_letter_row(job));
}

int check_command(std::span<const std::string> args, Os& os) {
  CommandOptions command{"check",
                         "job",
                         "usage: adyton check [options] JOB\n"
                         "Says all that is wrong with a job file, or what it would do.\n",
                         {}};
  add_job_options(command.options);
  auto parsed = parse_options(std::move(command), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<boost::program_options::variables_map>(parsed);
  const auto& path = values["job"].as<std::string>();

  const auto checked = pipeline::check_job(os, path, job_settings(values));
  print_problems(checked.diagnostics, path, checked.source);
  if (!checked.diagnostics.empty()) return exit_config;
  return print(cat(path, ": ok\n", plan_text(*checked.config, *checked.plan))) ? exit_done
                                                                               : exit_failed;
}

}  // namespace adyton::cli
