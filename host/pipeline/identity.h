#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {

/// What decides what a job makes: a run may go on with another's work only where this is the same.
struct Identity {
  std::string job;  // digest of the job's text
  std::vector<FileMark> scripts;
  std::vector<FileMark> inputs;
};

/// The inputs as they are at this moment.
Result<std::vector<FileMark>> mark_inputs(const Plan& plan, Os& os);

/// Reads the scripts.
Result<Identity> identify(const JobConfig& job, const Plan& plan, Os& os);

/// Whether two marks are of one file, unchanged. A digest that one of them lacks does not count.
bool same_file(const FileMark& a, const FileMark& b);

/// The first difference, as a sentence that names it: "data/b.ndjson has changed"; nullopt if there
/// is none.
std::optional<std::string> what_changed(const Manifest& then, const Identity& now);

/// The script files that the job's steps name, each once.
std::vector<std::string> scripts_of(const JobConfig& job);

}  // namespace adyton::pipeline
