#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/pipeline/config.h"
#include "host/pipeline/steps/script.h"
#include "host/pipeline/steps/step.h"
#include "modules/crypto/keyring.h"

namespace adyton::pipeline {

/// What kind of value an option takes; the checker turns TOML into the OptionValue named here.
enum class OptionKind {
  text,        // string → std::string
  choice,      // string, one of `choices` → std::string
  flag,        // boolean → bool
  number,      // integer from 0 → std::int64_t
  fields,      // array of pointers (or one string) → std::vector<json::Pointer>; none may overlap
  field,       // one pointer without `*` → std::vector<json::Pointer> of one
  keyring,     // the name of a [keyring.NAME] → std::string
  call,        // "path/to/script.py:function" → std::string
  json,        // any TOML value → its JSON text, std::string
  member,      // one pointer in which `*` may stand, but not last → std::vector of one
  share,       // number from 0 to 1 → double
  condition,   // inline table { field, op, value, not } → ConditionConfig
  expression,  // a Python expression → std::string, without white space around it
};

struct OptionSpec {
  std::string_view name;
  OptionKind kind;
  std::string_view doc;                 // one sentence
  std::string_view default_value = {};  // as text; empty: none
  bool required = false;
  std::span<const std::string_view> choices = {};
};

/// What steps are made from. Lives as long as the steps.
struct StepContext {
  const JobConfig& job;
  const std::map<std::string, crypto::Keyring, std::less<>>& keyrings;
  ScriptHost* scripts;  // null where no script can run
};

/// One kind of step: its options, in the one table that the checker, the reference and the factory
/// read.
struct StepSpec {
  std::string_view name;
  std::string_view summary;  // one sentence
  std::span<const OptionSpec> options;
  bool protects = false;  // handles plaintext of protected fields
  /// What no option says by itself: problems of several options together. Called when each of them
  /// is in order. Null: there is nothing to say.
  void (*check)(const StepConfig&, std::vector<Diagnostic>& problems) = nullptr;
  /// `number`: 1-based, for DeadRecord::step.
  Result<std::unique_ptr<Step>> (*make)(const StepConfig&, const StepContext&,
                                        std::uint32_t number);
};

/// THE table of steps.
std::span<const StepSpec> step_table();
const StepSpec* find_step(std::string_view name);

}  // namespace adyton::pipeline
