#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"

namespace adyton::pipeline {

/// The two halves of "path/to/script.py:function".
struct CallName {
  std::string file;
  std::string function;
};

/// ErrorCode::config with what is wrong with `call`.
Result<CallName> parse_call(std::string_view call);

/// What a Python source defines at its top level: functions, classes, imported and assigned names,
/// also those under a top-level `if` or `try`. Found by reading: nothing is imported or run, so
/// that a job can be checked where its scripts cannot run.
struct DefinedNames {
  std::vector<std::string> names;
  bool complete = true;  // false: `from x import *` or a module `__getattr__` may define more

  bool may_have(std::string_view name) const;
};
DefinedNames defined_names(std::string_view python);

}  // namespace adyton::pipeline
