#include "host/cli/job.h"

#include <charconv>
#include <cstdio>

#include "host/base/text.h"
#include "host/cli/options.h"

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

std::optional<pipeline::JobConfig> load_job(Os& os, const std::string& path) {
  const auto source = read_file(os, path);
  if (!source) {
    const std::string line = cat(path, ": error: ", source.error().message, '\n');
    std::fputs(line.c_str(), stderr);
    return std::nullopt;
  }
  auto outcome = pipeline::parse_job(os, path, *source);
  for (const auto& problem : outcome.diagnostics) {
    std::fputs(pipeline::render(problem, path, *source).c_str(), stderr);
  }
  const std::size_t count = outcome.diagnostics.size();
  if (count > 1) std::fputs(cat(path, ": ", count, " errors\n").c_str(), stderr);
  return std::move(outcome.config);
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
