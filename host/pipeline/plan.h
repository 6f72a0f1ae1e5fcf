#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/codec.h"
#include "host/pipeline/config.h"

namespace adyton::pipeline {

inline constexpr std::string_view standard_stream = "-";
inline constexpr std::string_view sealed_ending = ".age";
/// The way out for an output that would be called so and is not sealed.
inline constexpr std::string_view name_recipient =
    "name them in [sink]: recipient = \"age1…\", as adyton keys identity prints it";

struct Input {
  std::string path;          // "-": standard input
  std::uint64_t size = 0;    // as it lies on the disk; 0 where that is not known
  std::uint32_t output = 0;  // index into the plan's outputs
};

struct Output {
  std::string path;  // "-": standard output
  Compression compression = Compression::none;
  Format format = Format::ndjson;
  std::vector<std::string> columns = {};  // of csv and tsv; empty: the keys of the first record
};

/// Which files a job reads and writes.
struct Plan {
  std::vector<Input> inputs;  // in the order they are read
  std::vector<Output> outputs;
  std::vector<Diagnostic> in_the_way;  // outputs that are there and may not be replaced
};

enum class ExistingOutputs {
  check,   // a file that is in the way of an output stands in the way of the plan
  ignore,  // it is told in the plan alone: a run may have put it there itself
};

/// A plan, or everything that stands in its way.
struct PlanOutcome {
  std::optional<Plan> plan;  // absent if there is any diagnostic
  std::vector<Diagnostic> diagnostics;
};

/// Expands the globs and names the outputs. Wrong is: a pattern that no file matches, an input that
/// is a directory or cannot be read, or is sealed where the job names nothing that opens it, two
/// inputs that would share an output which a placeholder was to keep apart, an output that is also
/// an input or the dead-letter file, that is sealed and not called .age, or the reverse, or that
/// exists and may not be replaced. Opens nothing for writing. Of a job that could be read in part,
/// what it does not say is left out.
PlanOutcome plan_all(const JobConfig& job, Os& os,
                     ExistingOutputs existing = ExistingOutputs::check);

/// The plan, or the first that stands in its way: ErrorCode::config, with the place in the job.
Result<Plan> plan_job(const JobConfig& job, Os& os,
                      ExistingOutputs existing = ExistingOutputs::check);

/// The first of the files that are in the way of the plan's outputs, as plan_job() tells it.
Status nothing_in_the_way(const JobConfig& job, const Plan& plan);

/// The name without ".age": by it the compression is found.
std::string_view beneath_seal(std::string_view path);

/// The sink's template with {stem}, {name} and {dir} of the input filled in. The stem is the name
/// without ".age", a compression's ending and one more: "a.ndjson.zst.age" → "a".
std::string output_path(std::string_view pattern, const std::string& input);

}  // namespace adyton::pipeline
