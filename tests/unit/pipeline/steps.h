#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "host/pipeline/steps/specs.h"
#include "tests/unit/pipeline/support.h"

namespace adyton::pipeline::test {

/// A step with those fields; `missing` is "skip" unless changed.
inline StepConfig step_with(std::string_view use, std::initializer_list<const char*> fields) {
  StepConfig step;
  step.use = use;
  std::vector<json::Pointer> pointers;
  for (const char* field : fields) pointers.push_back(*json::Pointer::parse(field));
  step.options["fields"] = pointers;
  step.options["missing"] = std::string("skip");
  return step;
}

struct StepResult {
  std::string text;               // what goes out
  std::vector<std::string> dead;  // "line kind field", lines from 0
};

/// What a step without keys and scripts does to the lines.
inline StepResult run_step(const StepSpec& spec, const StepConfig& step, std::string_view lines) {
  const JobConfig job;
  const std::map<std::string, crypto::Keyring, std::less<>> keyrings;
  auto made = spec.make(step, {job, keyrings, nullptr}, 1);
  REQUIRE(made.ok());
  Batch batch = batch_of(lines);
  REQUIRE((*made)->run(batch).ok());
  StepResult result{outgoing(batch), {}};
  for (const DeadRecord& why : batch.dead) {
    result.dead.push_back(cat(why.origin, " ", why.kind, why.field.empty() ? "" : " ", why.field));
  }
  return result;
}

}  // namespace adyton::pipeline::test
