#pragma once

#include <vector>

#include "host/pipeline/config.h"

namespace adyton::pipeline {

/// Reports every `hash` without a key of a field that another step protects, or of a copy of one:
/// who guesses the value can compute its hash. Fields that overlap count as one. The steps have
/// been read as far as they are in order.
void check_hashes(const JobConfig& job, std::vector<Diagnostic>& problems);

}  // namespace adyton::pipeline
