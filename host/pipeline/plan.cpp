#include "host/pipeline/plan.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <glob.h>

#include "host/base/text.h"
#include "host/pipeline/sealed_input.h"
#include "host/pipeline/settings.h"

namespace adyton::pipeline {
namespace {

bool has_magic(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

/// What the pattern matches, in byte order.
std::vector<std::string> expand(const std::string& pattern) {
  glob_t found = {};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Two names of one file (links, "./a" and "a") are one file.
using Identity = std::pair<std::uint64_t, std::uint64_t>;

class Planner {
 public:
  Planner(const JobConfig& job, Os& os, ExistingOutputs existing)
      : job_(job), os_(os), existing_(existing) {}

  PlanOutcome plan() {
    for (std::size_t i = 0; i < job_.source.files.size(); ++i) {
      const auto& places = job_.source.places;
      add_inputs(job_.source.files[i], i < places.size() ? places[i] : job_.source.at);
    }
    if (!job_.sink.files.empty()) {
      for (Input& input : plan_.inputs) add_output(input);
    }
    check_outputs();
    check_dead_letters();
    name_settings(job_.settings, problems_);
    name_settings(job_.settings, plan_.in_the_way);
    if (!problems_.empty()) return {std::nullopt, std::move(problems_)};
    return {std::move(plan_), {}};
  }

 private:
  void report(Place at, std::string message, std::string help = {}) {
    problems_.push_back({at, std::move(message), std::move(help)});
  }

  void add_inputs(const std::string& pattern, Place at) {
    if (pattern == standard_stream) {
      plan_.inputs.push_back({pattern, 0, 0});
      return;
    }
    std::vector<std::string> paths = has_magic(pattern) && !os_.exists(pattern)
                                         ? expand(pattern)
                                         : std::vector<std::string>{pattern};
    if (paths.empty()) {
      report(at, cat("no file matches ", in_quotes(pattern)),
             cat("the current directory is ", in_quotes(std::filesystem::current_path().string())));
    }
    for (std::string& path : paths) add_input(std::move(path), at);
  }

  void add_input(std::string path, Place at) {
    const Result<FileInfo> info = os_.info(path);
    if (!info) return report(at, info.error().message, beside_job(path));
    if (info->kind == FileInfo::Kind::directory) {
      return report(at, cat(in_quotes(path), " is a directory"),
                    cat("name the files in it, as ",
                        in_quotes(cat(path, path.ends_with('/') ? "" : "/", "*.ndjson"))));
    }
    const Result<std::unique_ptr<File>> readable = os_.open(path);
    if (!readable) return report(at, readable.error().message);
    if (info->kind == FileInfo::Kind::file) check_sealed(path, **readable, at);
    if (info->kind == FileInfo::Kind::file &&
        !identities_.insert({info->device, info->inode}).second) {
      return;  // matched by two patterns
    }
    plan_.inputs.push_back({std::move(path), info->size, 0});
  }

  void check_sealed(const std::string& path, File& file, Place at) {
    const auto sealed = begins_sealed(file);
    if (!sealed) return report(at, sealed.error().message);
    if (!*sealed || job_.source.opens_sealed()) return;
    report(at, cat(in_quotes(path), " is sealed, and nothing is named that opens it"),
           "name the identity in [source]: identity = \"keys/me.txt\", or passphrase_env");
  }

  /// Where a relative path was taken to be relative to the job file: what is there.
  std::string beside_job(const std::string& path) {
    const std::string beside = directory_of(job_.path) + "/" + path;
    if (path.starts_with('/') || directory_of(job_.path) == "." || !os_.exists(beside)) return {};
    return cat("paths are relative to the current directory, not to the job file; there is ",
               beside);
  }

  void add_output(Input& input) {
    std::string path = output_path(job_.sink.files, input.path);
    check_seal(path);
    const auto [known, added] =
        output_of_path_.emplace(path, static_cast<std::uint32_t>(plan_.outputs.size()));
    input.output = known->second;
    if (added) {
      const Compression compression = compression_of(beneath_seal(path));
      plan_.outputs.push_back({std::move(path), compression, job_.sink.format, job_.sink.columns});
      first_input_.push_back(input.path);
    } else if (job_.sink.files.find('{') != std::string::npos) {
      collide(cat("the inputs ", in_quotes(first_input_[known->second]), " and ",
                  in_quotes(input.path), " would both be written to ", in_quotes(path)));
    }
  }

  /// Of many outputs whose names are wrong the first is told.
  void check_seal(const std::string& path) {
    const bool called_sealed = path.ends_with(sealed_ending);
    const bool seals = job_.sink.seals();
    if (path == standard_stream || called_sealed == seals) return;
    if (std::exchange(told_of_seal_, true)) return;
    if (seals) {
      report(job_.sink.at,
             cat("the output ", in_quotes(path), " is sealed, so its name must end in ",
                 sealed_ending),
             cat("call it ", in_quotes(cat(path, sealed_ending))));
    } else {
      report(job_.sink.at,
             cat("nobody is named whom the output ", in_quotes(path),
                 " is sealed to, so it may not be called ", sealed_ending),
             cat(name_recipient, "; or use {stem} in place of {name}, and name an ending"));
    }
  }

  /// Of many that collide in one way the first is told.
  void collide(std::string message) {
    const bool told = std::any_of(problems_.begin(), problems_.end(), [](const auto& problem) {
      return problem.help == use_placeholder;
    });
    if (!told) report(job_.sink.at, std::move(message), std::string(use_placeholder));
  }

  void check_outputs() {
    std::size_t in_the_way = 0;
    std::string first;
    for (const Output& output : plan_.outputs) {
      if (output.path == standard_stream) continue;
      if (!check_target(output.path, job_.sink.at) || !is_in_the_way(output.path)) continue;
      if (in_the_way++ == 0) first = output.path;
    }
    if (in_the_way > 0) report_existing(first, in_the_way - 1, job_.sink.at);
  }

  void report_existing(const std::string& path, std::size_t others, Place at) {
    plan_.in_the_way.push_back({at,
                                cat("the output ", in_quotes(path),
                                    others == 0   ? " exists"
                                    : others == 1 ? " exists, and so does another"
                                                  : cat(" exists, and so do ", others, " more")),
                                "move it away, or set existing = \"replace\" in [sink]"});
    if (existing_ == ExistingOutputs::check) problems_.push_back(plan_.in_the_way.back());
  }

  bool is_in_the_way(const std::string& path) {
    return job_.sink.existing != Existing::replace && os_.exists(path);
  }

  /// True if a file of that name is, or could be put, there.
  bool check_target(const std::string& path, Place at) {
    const Result<FileInfo> info = os_.info(path);
    if (!info) {
      if (os_.exists(path)) report(at, cat(in_quotes(path), " is a link that leads nowhere"));
      return !os_.exists(path);
    }
    if (identities_.contains({info->device, info->inode})) {
      report(at, cat("the output ", in_quotes(path), " is also an input"),
             "write it to another folder, or under another name");
    } else if (info->kind != FileInfo::Kind::file) {
      report(at, cat("the output ", in_quotes(path), " is there and is no file"),
             "name a file that can be made");
    } else {
      return true;
    }
    return false;
  }

  void check_dead_letters() {
    const std::string& path = job_.dead_letter.file;
    const Place at = job_.dead_letter.at;
    if (path.empty()) return;
    if (output_of_path_.contains(path)) {
      report(at, cat("the dead letters and the sink would both write ", in_quotes(path)),
             "give the dead letters a file of their own");
    } else if (check_target(path, at) && is_in_the_way(path)) {
      report_existing(path, 0, at);
    }
  }

  static constexpr std::string_view use_placeholder =
      "keep them apart: use {dir} or {name} in the sink's files";

  const JobConfig& job_;
  Os& os_;
  ExistingOutputs existing_;
  Plan plan_;
  std::vector<Diagnostic> problems_;
  std::set<Identity> identities_;
  std::map<std::string, std::uint32_t> output_of_path_;
  bool told_of_seal_ = false;
  std::vector<std::string> first_input_;  // of each output
};

Error as_error(const JobConfig& job, const Diagnostic& problem) {
  return {ErrorCode::config,
          problem.help.empty() ? problem.message : cat(problem.message, ": ", problem.help),
          job.where(problem.at)};
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

std::string_view beneath_seal(std::string_view path) {
  if (path.ends_with(sealed_ending)) path.remove_suffix(sealed_ending.size());
  return path;
}

std::string output_path(std::string_view pattern, const std::string& input) {
  const std::filesystem::path path(input == standard_stream ? "stdin" : input);
  std::filesystem::path stem = path.filename();
  if (stem.extension() == sealed_ending) stem = stem.stem();
  if (compression_of(stem.string()) != Compression::none) stem = stem.stem();
  stem = stem.stem();
  std::string out(pattern);
  replace_all(out, "{stem}", stem.string());
  replace_all(out, "{name}", path.filename().string());
  replace_all(out, "{dir}", directory_of(path.string()));
  return out;
}

PlanOutcome plan_all(const JobConfig& job, Os& os, ExistingOutputs existing) {
  return Planner(job, os, existing).plan();
}

Result<Plan> plan_job(const JobConfig& job, Os& os, ExistingOutputs existing) {
  PlanOutcome outcome = plan_all(job, os, existing);
  if (outcome.plan) return *std::move(outcome.plan);
  return as_error(job, outcome.diagnostics.front());
}

Status nothing_in_the_way(const JobConfig& job, const Plan& plan) {
  if (plan.in_the_way.empty()) return {};
  return as_error(job, plan.in_the_way.front());
}

}  // namespace adyton::pipeline
