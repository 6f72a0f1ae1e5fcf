#pragma once

#include <span>
#include <string>

#include "host/base/os.h"
#include "host/cli/run.h"

namespace adyton::cli {

/// `adyton replay JOB --at FILE:OFFSET`: walks one record through the steps of a job and prints it
/// after each, whatever becomes of it. Touches no output. `start_debugger` starts scripts under
/// pdb. Exit code: 0 shown, 1 there is no such record, 2 usage, 75 the debugger was quit, 78
/// something is wrong with the job. Main thread; blocks.
int replay_command(std::span<const std::string> args, Os& os, const StartScripts& start_scripts,
                   const StartScripts& start_debugger);

}  // namespace adyton::cli
