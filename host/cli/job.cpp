#include "host/cli/job.h"

#include <charconv>
#include <cstdio>

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/options.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

/// "job.toml:6:9" → 6:9.
std::optional<pipeline::Place> place_in(std::string_view path, std::string_view where) {
  if (!where.starts_with(path)) return std::nullopt;
  where.remove_prefix(path.size());
  pipeline::Place at;
  for (std::uint32_t* number : {&at.line, &at.column}) {
    if (!where.starts_with(':')) return std::nullopt;
    where.remove_prefix(1);
    const auto [end, error] = std::from_chars(where.data(), where.data() + where.size(), *number);
    if (error != std::errc{}) return std::nullopt;
    where.remove_prefix(static_cast<std::size_t>(end - where.data()));
  }
  return at;
}

}  // namespace

void add_job_options(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
                        "sets a key of the job, as job.name=x or step.1.missing=skip; repeatable");
}

pipeline::JobSettings job_settings(const po::variables_map& values) {
  pipeline::JobSettings settings;
  if (values.contains("set")) settings.set = values["set"].as<std::vector<std::string>>();
  return settings;
}

std::optional<pipeline::JobConfig> load_job(Os& os, const std::string& path,
                                            const pipeline::JobSettings& settings) {
  auto outcome = pipeline::read_job(os, path, settings);
  print_problems(outcome.diagnostics, path, outcome.source);
  return std::move(outcome.config);
}

void print_problems(const std::vector<pipeline::Diagnostic>& problems, const std::string& path,
                    std::string_view source) {
  for (const auto& problem : problems) {
    std::fputs(pipeline::render(problem, path, source).c_str(), stderr);
  }
  const std::size_t count = problems.size();
  if (count > 1) std::fputs(cat(path, ": ", count, " errors\n").c_str(), stderr);
}

std::string budget_text(const pipeline::ErrorBudget& errors) {
  if (errors.count == 0U) return "none";
  if (errors.count) return cat("at most ", with_commas(*errors.count));
  if (!errors.share) return "any number";
  // Parts per million: shares are written in percent, with a few digits behind the point.
  const auto millionths = static_cast<std::uint64_t>(*errors.share * 1e6 + 0.5);
  std::string fraction = cat(10000 + millionths % 10000).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return cat("at most ", millionths / 10000, fraction.empty() ? "" : ".", fraction,
             " % of the records");
}

void complain_about(std::string_view command, const Error& error, Os& os,
                    const std::string& job_path) {
  if (error.where.empty()) return complain(command, error.message);
  const auto source = read_file(os, job_path);
  if (const auto at = place_in(job_path, error.where); at && source) {
    std::fputs(pipeline::render({*at, error.message, {}}, job_path, *source).c_str(), stderr);
  } else {
    std::fputs(cat(error.where, ": error: ", error.message, '\n').c_str(), stderr);
  }
}

int exit_code(const Error& error) {
  if (error.code == ErrorCode::config) return exit_config;
  return error.code == ErrorCode::stopped ? exit_stopped : exit_failed;
}

}  // namespace adyton::cli
