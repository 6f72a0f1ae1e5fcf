#pragma once

#include <span>
#include <string>

#include "host/base/os.h"
#include "host/cli/run.h"

namespace adyton::cli {

/// `adyton test JOB`: runs the cases written beside a job. Exit code: 0 all passed, 1 some failed
/// or could not be run, 2 usage, 75 interrupted, 78 something is wrong with the job or the test
/// file. Main thread; blocks.
int test_command(std::span<const std::string> args, Os& os, const StartScripts& start_scripts);

}  // namespace adyton::cli
