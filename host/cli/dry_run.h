#pragma once

#include <cstdint>

#include "host/base/os.h"
#include "host/cli/run.h"
#include "host/pipeline/config.h"

namespace adyton::cli {

/// `adyton run JOB --dry-run --limit N`: lets the first records of the inputs through the steps and
/// prints each on standard output, before and after. Writes nothing else: no output, no state, no
/// dead letters. Outputs that are there do not matter. Exit code: 0, whatever becomes of the
/// records; 1 an input cannot be read, 75 interrupted, 78 something is wrong with the job. Main
/// thread; blocks.
int dry_run(const pipeline::JobConfig& job, std::uint64_t limit, Os& os,
            const StartScripts& start_scripts);

}  // namespace adyton::cli
