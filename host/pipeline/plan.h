#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/codec.h"
#include "host/pipeline/config.h"

namespace adyton::pipeline {

inline constexpr std::string_view standard_stream = "-";

struct Input {
  std::string path;          // "-": standard input
  std::uint64_t size = 0;    // as it lies on the disk; 0 where that is not known
  std::uint32_t output = 0;  // index into the plan's outputs
};

struct Output {
  std::string path;  // "-": standard output
  Compression compression = Compression::none;
};

/// Which files a job reads and writes.
struct Plan {
  std::vector<Input> inputs;  // in the order they are read
  std::vector<Output> outputs;
};

/// Expands the globs and names the outputs. ErrorCode::config, with the place in the job file, if:
/// no file matches, one is a directory or cannot be read, two inputs would share an output that a
/// placeholder was to keep apart, an output is also an input or the dead-letter file, or an output
/// exists that may not be replaced. Opens nothing for writing.
Result<Plan> plan_job(const JobConfig& job, Os& os);

/// The sink's template with {stem}, {name} and {dir} of the input filled in. The stem is the name
/// without a compression's ending and one more: "a.ndjson.zst" → "a".
std::string output_path(std::string_view pattern, const std::string& input);

}  // namespace adyton::pipeline
