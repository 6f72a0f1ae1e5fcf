#pragma once

#include <span>
#include <string>

#include "host/base/os.h"
#include "host/pipeline/config.h"
#include "host/pipeline/plan.h"

namespace adyton::cli {

/// `adyton check JOB`: says all that is wrong with the job, or what it would do. Writes no file,
/// runs no script. Exit code: 0 in order, 2 usage, 78 something is wrong.
int check_command(std::span<const std::string> args, Os& os);

/// What the job would do, in a few lines.
std::string plan_text(const pipeline::JobConfig& job, const pipeline::Plan& plan);

}  // namespace adyton::cli
