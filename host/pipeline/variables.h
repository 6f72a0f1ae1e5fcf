#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/pipeline/diagnostic.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// A string of the job that variables were put into.
struct Expansion {
  Place at;
  std::string written;
  std::string value;
  bool complete = true;  // false: a variable was missing, which has been reported
};

/// What a variable of the environment holds; nullopt if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

/// Puts variables into every string of the job: ${NAME}, ${NAME:-what to take if it is not set or
/// empty}, and $${ for the characters ${. Only values are looked at, never keys, and they stay the
/// strings they are: no variable can change what a job consists of. Reports what is not set, not
/// UTF-8 or not such a form.
std::vector<Expansion> expand_variables(TomlTable& job, const Environment& environment,
                                        std::vector<Diagnostic>& problems);

/// In the messages about a string that variables were put into, quotes it as it was written: what
/// the environment holds may be a secret that got into the wrong key. What cannot be so because a
/// variable was missing is not complained about at all.
void conceal_values(const std::vector<Expansion>& expansions, std::vector<Diagnostic>& problems);

}  // namespace adyton::pipeline
