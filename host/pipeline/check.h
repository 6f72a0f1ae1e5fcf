#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/pipeline/config.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {

/// All that can be said of a job without running it.
struct CheckOutcome {
  std::optional<JobConfig> config;  // config and plan: absent if there is any diagnostic
  std::optional<Plan> plan;
  std::vector<Diagnostic> diagnostics;
  std::string source;  // the job file's text
};

/// Reads the job, plans it, loads its keyrings and identities and makes its steps but those that
/// run Python, and reports at once all that is wrong. Writes nothing, runs no script, keeps no key.
CheckOutcome check_job(Os& os, const std::string& path, const JobSettings& settings = {});

}  // namespace adyton::pipeline
