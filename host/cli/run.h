#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "host/base/os.h"
#include "host/observe/summary.h"
#include "host/pipeline/config.h"
#include "host/pipeline/run.h"
#include "host/pipeline/steps/script.h"

namespace adyton::cli {

/// Starts whoever runs the job's Python steps. Called at most once, on the main thread, and only
/// for a job that has such steps.
using StartScripts =
    std::function<Result<std::unique_ptr<pipeline::ScriptHost>>(const pipeline::JobConfig& job)>;

/// `adyton run JOB`: runs a job to its end. Progress, summary and messages go to standard error,
/// the summary in JSON to standard output unless the records do. Exit code: 0 done, 1 failed, 2
/// usage, 65 error budget exceeded, 75 stopped, 78 something is wrong with the job. Main thread;
/// blocks.
int run_command(std::span<const std::string> args, Os& os, const StartScripts& start_scripts);

/// The report as the summary has it.
observe::Summary make_summary(const pipeline::JobConfig& job, const pipeline::RunReport& report);

}  // namespace adyton::cli
