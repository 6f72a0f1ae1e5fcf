#include "host/pipeline/identity.h"

#include <algorithm>
#include <map>

#include "host/base/text.h"
#include "host/pipeline/file_digest.h"
#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {
namespace {

std::string digest_of(std::string_view text) {
  FileDigest digest(DigestKind::sha256);
  digest.add(text);
  return digest.text();
}

bool same_path(const FileMark& a, const FileMark& b) {
  return a.path == b.path;
}

std::optional<std::string> change(const std::vector<FileMark>& then,
                                  const std::vector<FileMark>& now) {
  std::map<std::string, FileMark> before;
  for (const FileMark& file : then) before.emplace(file.path, file);
  for (const FileMark& file : now) {
    const auto found = before.find(file.path);
    if (found == before.end()) return cat(file.path, " is new");
    if (!same_file(found->second, file)) return cat(file.path, " has changed");
    before.erase(found);
  }
  if (!before.empty()) return cat(before.begin()->first, " is gone");
  if (!std::equal(then.begin(), then.end(), now.begin(), now.end(), same_path)) {
    return std::string("the order of the inputs has changed");
  }
  return std::nullopt;
}

}  // namespace

bool same_file(const FileMark& a, const FileMark& b) {
  const bool same_digest = a.digest.empty() || b.digest.empty() || a.digest == b.digest;
  return a.path == b.path && a.size == b.size && a.modified == b.modified && same_digest;
}

std::vector<std::string> scripts_of(const JobConfig& job) {
  std::vector<std::string> files;
  for (const StepConfig& step : job.steps) {
    for (const OptionSpec& option : find_step(step.use)->options) {
      if (option.kind != OptionKind::call || !step.has(option.name)) continue;
      const std::string& call = step.text(option.name);
      std::string file = call.substr(0, call.rfind(':'));
      if (std::find(files.begin(), files.end(), file) == files.end()) {
        files.push_back(std::move(file));
      }
    }
  }
  return files;
}

Result<std::vector<FileMark>> mark_inputs(const Plan& plan, Os& os) {
  std::vector<FileMark> marks;
  for (const Input& input : plan.inputs) {
    FileMark mark{input.path, 0, 0, {}};
    if (input.path != standard_stream) {
      ADYTON_TRY(const FileInfo info, os.info(input.path));
      mark.size = info.size;
      mark.modified = info.modified;
    }
    marks.push_back(std::move(mark));
  }
  return marks;
}

Result<Identity> identify(const JobConfig& job, const Plan& plan, Os& os) {
  Identity identity;
  identity.job = digest_of(job.text);
  for (const std::string& path : scripts_of(job)) {
    FileMark mark{path, 0, 0, {}};
    ADYTON_TRY(mark.digest, digest_of_file(os, path, DigestKind::sha256));
    identity.scripts.push_back(std::move(mark));
  }
  ADYTON_TRY(identity.inputs, mark_inputs(plan, os));
  return identity;
}

std::optional<std::string> what_changed(const Manifest& then, const Identity& now) {
  if (then.job != now.job) return "the job file has changed";
  if (auto script = change(then.scripts, now.scripts)) return script;
  return change(then.inputs, now.inputs);
}

}  // namespace adyton::pipeline
