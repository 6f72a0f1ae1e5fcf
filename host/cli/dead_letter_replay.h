#pragma once

#include <span>
#include <string>

#include "host/base/os.h"
#include "host/cli/run.h"

namespace adyton::cli {

/// `adyton dead-letter replay FILE --job JOB -o OUT`: runs a job over the records of a dead-letter
/// file, read again from their source. Exit code: 0 done, 1 failed, 2 usage, 65 error budget
/// exceeded, 75 stopped, 78 something is wrong with the job or an output is there already.
int dead_letter_replay(std::span<const std::string> args, Os& os,
                       const StartScripts& start_scripts);

}  // namespace adyton::cli
