#include "host/pipeline/plan.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <glob.h>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

std::string place(const JobConfig& job, Place at) {
  return at.line == 0 ? job.path : cat(job.path, ':', at.line, ':', at.column);
}

Error config_error(const JobConfig& job, Place at, std::string message) {
  return {ErrorCode::config, std::move(message), place(job, at)};
}

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
  Planner(const JobConfig& job, Os& os) : job_(job), os_(os) {}

  Result<Plan> plan() {
    for (const std::string& pattern : job_.source.files) ADYTON_CHECK(add_inputs(pattern));
    for (Input& input : plan_.inputs) ADYTON_CHECK(add_output(input));
    for (const Output& output : plan_.outputs) ADYTON_CHECK(check_output(output));
    ADYTON_CHECK(check_dead_letters());
    return std::move(plan_);
  }

 private:
  Status add_inputs(const std::string& pattern) {
    if (pattern == standard_stream) {
      plan_.inputs.push_back({pattern, 0, 0});
      return {};
    }
    std::vector<std::string> paths = has_magic(pattern) && !os_.exists(pattern)
                                         ? expand(pattern)
                                         : std::vector<std::string>{pattern};
    if (paths.empty()) {
      return config_error(job_, job_.source.at,
                          cat("no file matches ", in_quotes(pattern), " (the current directory is ",
                              in_quotes(std::filesystem::current_path().string()), ")"));
    }
    for (std::string& path : paths) ADYTON_CHECK(add_input(std::move(path)));
    return {};
  }

  Status add_input(std::string path) {
    const Result<FileInfo> info = os_.info(path);
    if (!info) return config_error(job_, job_.source.at, info.error().message);
    if (info->kind == FileInfo::Kind::directory) {
      return config_error(job_, job_.source.at,
                          cat(in_quotes(path), " is a directory: name the files in it, as ",
                              in_quotes(cat(path, path.ends_with('/') ? "" : "/", "*.ndjson"))));
    }
    const Result<std::unique_ptr<File>> readable = os_.open(path);
    if (!readable) return config_error(job_, job_.source.at, readable.error().message);
    if (info->kind == FileInfo::Kind::file &&
        !identities_.insert({info->device, info->inode}).second) {
      return {};  // matched by two patterns
    }
    plan_.inputs.push_back({std::move(path), info->size, 0});
    return {};
  }

  Status add_output(Input& input) {
    std::string path = output_path(job_.sink.files, input.path);
    const auto [known, added] =
        output_of_path_.emplace(path, static_cast<std::uint32_t>(plan_.outputs.size()));
    input.output = known->second;
    if (added) {
      const Compression compression = compression_of(path);
      plan_.outputs.push_back({std::move(path), compression});
      first_input_.push_back(input.path);
      return {};
    }
    if (job_.sink.files.find('{') == std::string::npos) return {};
    return config_error(job_, job_.sink.at,
                        cat("the inputs ", in_quotes(first_input_[known->second]), " and ",
                            in_quotes(input.path), " would both be written to ", in_quotes(path),
                            ": use {dir} or {name} in the sink's files"));
  }

  Status check_output(const Output& output) {
    if (output.path == standard_stream) return {};
    return check_target(output.path, job_.sink.at);
  }

  Status check_target(const std::string& path, Place at) {
    const Result<FileInfo> info = os_.info(path);
    if (!info) {
      if (!os_.exists(path)) return {};
      return config_error(job_, at, cat(in_quotes(path), " is a link that leads nowhere"));
    }
    if (identities_.contains({info->device, info->inode})) {
      return config_error(job_, at, cat("the output ", in_quotes(path), " is also an input"));
    }
    if (info->kind != FileInfo::Kind::file) {
      return config_error(job_, at,
                          cat("the output ", in_quotes(path), " is there and is no file"));
    }
    if (job_.sink.existing == Existing::replace) return {};
    return config_error(job_, at,
                        cat("the output ", in_quotes(path),
                            " exists: move it away, or set existing = \"replace\""));
  }

  Status check_dead_letters() {
    const std::string& path = job_.dead_letter.file;
    if (path.empty()) return {};
    if (output_of_path_.contains(path)) {
      return config_error(job_, job_.dead_letter.at,
                          cat("the dead letters and the sink would both write ", in_quotes(path)));
    }
    return check_target(path, job_.dead_letter.at);
  }

  const JobConfig& job_;
  Os& os_;
  Plan plan_;
  std::set<Identity> identities_;
  std::map<std::string, std::uint32_t> output_of_path_;
  std::vector<std::string> first_input_;  // of each output
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

std::string output_path(std::string_view pattern, const std::string& input) {
  const std::filesystem::path path(input == standard_stream ? "stdin" : input);
  std::filesystem::path stem = path.filename();
  if (compression_of(stem.string()) != Compression::none) stem = stem.stem();
  stem = stem.stem();
  std::string out(pattern);
  replace_all(out, "{stem}", stem.string());
  replace_all(out, "{name}", path.filename().string());
  replace_all(out, "{dir}", directory_of(path.string()));
  return out;
}

Result<Plan> plan_job(const JobConfig& job, Os& os) {
  return Planner(job, os).plan();
}

}  // namespace adyton::pipeline
