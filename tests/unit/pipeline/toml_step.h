#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "host/pipeline/config.h"
#include "tests/unit/pipeline/memory_os.h"
#include "tests/unit/pipeline/steps.h"

namespace adyton::pipeline::test {

/// The outcome of reading a job whose one step is what `toml` says.
inline ConfigOutcome read_step_job(std::string_view toml) {
  adyton::test::MemoryOs os;
  os.files["keys.json"] = "{}";
  return parse_job(os, "job.toml",
                   cat("[job]\nname = \"j\"\ndomain = \"d\"\n[source]\nfiles = \"a\"\n[sink]\n"
                       "files = \"-\"\n[keyring.pii]\nfile = \"keys.json\"\n[[step]]\n",
                       toml, "\n"));
}

/// What such a job's problems say, with their columns: "12: message".
inline std::vector<std::string> step_problems(std::string_view toml) {
  std::vector<std::string> lines;
  for (const Diagnostic& problem : read_step_job(toml).diagnostics) {
    lines.push_back(cat(problem.at.column, ": ", problem.message));
  }
  return lines;
}

/// What the step, which needs no keys and no scripts, does to the lines.
inline StepResult run_toml(std::string_view toml, std::string_view lines) {
  const ConfigOutcome outcome = read_step_job(toml);
  for (const Diagnostic& problem : outcome.diagnostics) FAIL_CHECK(problem.message);
  REQUIRE(outcome.config);
  const StepConfig& step = outcome.config->steps.front();
  return run_step(*find_step(step.use), step, lines);
}

}  // namespace adyton::pipeline::test
