#pragma once

#include <span>
#include <string>

#include "host/base/os.h"
#include "host/cli/run.h"

namespace adyton::cli {

/// `adyton dead-letter list|stats|replay FILE`: shows what a run could not do, and does it again.
/// list and stats: 0, or 1 if the file cannot be read or is none. For replay see
/// dead_letter_replay.h. Main thread; blocks.
int dead_letter_command(std::span<const std::string> args, Os& os,
                        const StartScripts& start_scripts);

}  // namespace adyton::cli
