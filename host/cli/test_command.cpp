#include "host/cli/test_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/text.h"
#include "host/cli/job.h"
#include "host/cli/junit.h"
#include "host/cli/options.h"
#include "host/cli/terminal_text.h"
#include "host/cli/unified_diff.h"
#include "host/pipeline/job_test.h"
#include "host/pipeline/record_text.h"
#include "modules/json/scan.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using pipeline::TestCase;

constexpr std::string_view command_name = "test";
constexpr std::string_view usage =
    "usage: adyton test JOB [-k PATTERN] [--update] [--junit FILE]\n"
    "Runs the cases written beside a job: those of job.toml stand in job.test.toml. Only the "
    "steps\n"
    "run: the job's source, sink and dead letters are not touched.\n"
    "exit code: 0 all passed, 1 some failed, 2 usage, 78 bad job or test file\n"
    "\n"
    "example:\n"
    "  adyton test job.toml\n"
    "  adyton test job.toml -k email --junit report.xml\n";

struct Options {
  std::string job;
  pipeline::JobSettings settings;
  std::string pattern;
  std::string junit;
  bool update = false;
};

std::variant<Options, int> read_options(std::span<const std::string> args) {
  CommandOptions command{command_name, "job", usage, {}};
  command.options.add_options()  //
      (",k", po::value<std::string>()->value_name("PATTERN"),
       "only cases with this in their name")                                              //
      ("update", "writes the golden files (expect_file) that are not as they should be")  //
      ("junit", po::value<std::string>()->value_name("FILE"), "a report in JUnit XML");
  add_job_options(command.options);
  auto parsed = parse_options(std::move(command), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  Options options;
  options.job = values["job"].as<std::string>();
  options.settings = job_settings(values);
  options.update = values.contains("update");
  if (values.contains("-k")) options.pattern = values["-k"].as<std::string>();
  if (values.contains("junit")) options.junit = values["junit"].as<std::string>();
  return options;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

bool is_json(const std::string& text) {
  std::string padded = text;
  padded.append(json::scan_padding, '\0');
  return is_utf8(text) && !json::validate(std::string_view(padded).substr(0, text.size()));
}

/// The lines of a golden file that hold a record.
Result<std::vector<std::string>> read_golden(Os& os, const std::string& path) {
  ADYTON_TRY(const std::string text, read_file(os, path));
  std::vector<std::string> records;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (!is_json(line)) {
      return Error{ErrorCode::invalid, "this line of the golden file is no JSON",
                   cat(path, ':', number)};
    }
    records.push_back(std::move(line));
  }
  return records;
}

Status write_golden(Os& os, const std::string& path, const std::vector<std::string>& records) {
  std::string text;
  for (const std::string& record : records) {
    const bool one_line = record.find('\n') == std::string::npos;
    text += cat(one_line ? record : pipeline::canonical(record), '\n');
  }
  ADYTON_CHECK(os.make_directories(directory_of(path)));
  return write_file(os, path, text, Existing::replace);
}

void append_lines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(shown(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Runs cases, one after the other.
class Tester {
 public:
  Tester(const Options& options, Os& os, const StartScripts& start_scripts)
      : options_(options), os_(os), start_scripts_(start_scripts) {}

  /// What was not as expected, in lines; empty if all was.
  Result<std::string> run(const TestCase& test) {
    ADYTON_TRY(const pipeline::JobConfig job, load(test));
    ADYTON_CHECK(start(job));
    ADYTON_TRY(const pipeline::TestRun ran, run_case(test, job, os_, scripts_.get()));
    std::string failure;
    for (const std::string& text : ran.unexpected) {
      std::vector<std::string> lines;
      append_lines(text, lines);
      for (const std::string& line : lines) failure += line + '\n';
    }
    // Where every record was to be dropped, those that were not are told already.
    if (test.expect_drop) return failure;
    ADYTON_TRY(const std::string difference, compare(test, job, ran));
    return failure + difference;
  }

  std::size_t updated() const { return updated_; }

 private:
  Result<pipeline::JobConfig> load(const TestCase& test) {
    pipeline::JobSettings settings = options_.settings;
    settings.set.insert(settings.set.end(), test.set.begin(), test.set.end());
    settings.environment = [&test, process = settings.environment](const std::string& name) {
      const auto found = test.environment.find(name);
      return found == test.environment.end() ? process(name) : std::optional(found->second);
    };
    auto outcome = pipeline::read_job(os_, options_.job, settings);
    if (outcome.config) return *std::move(outcome.config);
    print_problems(outcome.diagnostics, options_.job, outcome.source);
    return Error{ErrorCode::config, "the job cannot be used"};
  }

  Status start(const pipeline::JobConfig& job) {
    const bool python = std::any_of(job.steps.begin(), job.steps.end(),
                                    [](const auto& step) { return step.runs_python(); });
    if (!python || scripts_) return {};
    // What scripts print must not get between the results.
    pipeline::JobConfig to_output = job;
    to_output.sink.files = "-";
    ADYTON_TRY(scripts_, start_scripts_(to_output));
    return {};
  }

  Result<std::string> compare(const TestCase& test, const pipeline::JobConfig& job,
                              const pipeline::TestRun& ran) {
    std::vector<std::string> expected = test.expect.value_or(std::vector<std::string>());
    const bool golden = !test.expect_file.empty();
    if (golden && os_.exists(test.expect_file)) {
      auto records = read_golden(os_, test.expect_file);
      if (!records && !options_.update) return records.error();
      if (records) expected = *std::move(records);
    } else if (golden && !options_.update) {
      return cat("the golden file ", shown(test.expect_file),
                 " is not there: --update writes it\n");
    }
    ADYTON_TRY(const auto is_encrypted, pipeline::ciphertexts_of(job, os_));
    std::vector<std::string> wanted;
    std::vector<std::string> got;
    for (std::string& record : expected) record = pipeline::canonical(record);
    for (const std::string& record : expected) append_lines(pipeline::laid_out(record), wanted);
    for (std::size_t i = 0; i < ran.output.size(); ++i) {
      std::string actual = pipeline::canonical(ran.output[i]);
      if (i < expected.size()) {
        actual = pipeline::with_placeholders(actual, expected[i], is_encrypted);
      }
      append_lines(pipeline::laid_out(actual), got);
    }
    const bool missing = golden && !os_.exists(test.expect_file);
    const std::string difference = unified_diff(wanted, got);
    if (difference.empty() && !missing) return std::string();
    if (golden && options_.update) {
      ADYTON_CHECK(write_golden(os_, test.expect_file, ran.output));
      ++updated_;
      return std::string();
    }
    return cat("--- expected", golden ? cat(": ", shown(test.expect_file)) : std::string(),
               "\n+++ actual\n", difference);
  }

  const Options& options_;
  Os& os_;
  const StartScripts& start_scripts_;
  std::unique_ptr<pipeline::ScriptHost> scripts_;
  std::size_t updated_ = 0;
};

std::string indented(const std::string& text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += cat("    ", rest.substr(0, end), '\n');
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::string last_line(std::size_t passed, std::size_t failed, std::size_t left_out,
                      std::size_t updated) {
  std::string text = cat(passed, " passed");
  if (failed > 0) text += cat(", ", failed, " failed");
  if (left_out > 0) text += cat(", ", left_out, " left out");
  if (updated > 0) {
    text += cat("; ", updated, updated == 1 ? " golden file" : " golden files", " written");
  }
  return text + '\n';
}

/// 0, or the exit code of a case that could not be run.
int run_cases(const std::vector<TestCase>& cases, const std::string& path, const Options& options,
              Os& os, Tester& tester) {
  std::vector<CaseOutcome> outcomes;
  const std::string pattern = lower(options.pattern);
  for (const TestCase& test : cases) {
    if (lower(test.name).find(pattern) == std::string::npos) continue;
    const Os::Clock::time_point begin = os.now();
    auto failure = tester.run(test);
    const std::string place = cat(path, ':', test.at.line);
    if (!failure) {
      complain(command_name, cat(place, ": the case ", in_quotes(test.name), " could not be run"));
      complain_about(command_name, failure.error(), os, options.job);
      return exit_code(failure.error());
    }
    const double seconds = std::chrono::duration<double>(os.now() - begin).count();
    outcomes.push_back({test.name, place, *std::move(failure), seconds});
    const CaseOutcome& last = outcomes.back();
    const std::string line = last.failure.empty() ? cat("ok    ", shown(last.name), '\n')
                                                  : cat("FAIL  ", shown(last.name), " (", place,
                                                        ")\n", indented(last.failure));
    if (!print(line)) return exit_failed;
  }
  if (outcomes.empty()) {
    complain(command_name, cat("no case has ", in_quotes(options.pattern), " in its name"));
    return exit_usage;
  }
  const auto failed = static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(), [](const auto& each) { return !each.failure.empty(); }));
  if (!options.junit.empty()) {
    const Status written =
        write_file(os, options.junit, junit_xml(options.job, outcomes), Existing::replace);
    if (!written) {
      complain(command_name, written.error().text());
      return exit_failed;
    }
  }
  const bool printed = print(last_line(outcomes.size() - failed, failed,
                                       cases.size() - outcomes.size(), tester.updated()));
  return failed == 0 && printed ? exit_done : exit_failed;
}

}  // namespace

int test_command(std::span<const std::string> args, Os& os, const StartScripts& start_scripts) {
  auto parsed = read_options(args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& options = std::get<Options>(parsed);
  const std::string path = pipeline::test_file_of(options.job);
  const pipeline::TestCases tests = pipeline::read_test_cases(os, path);
  if (!tests.diagnostics.empty()) {
    print_problems(tests.diagnostics, path, tests.source);
    return exit_config;
  }
  Tester tester(options, os, start_scripts);
  return run_cases(tests.cases, path, options, os, tester);
}

}  // namespace adyton::cli
