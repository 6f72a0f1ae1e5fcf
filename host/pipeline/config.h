#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/base/os.h"
#include "host/pipeline/diagnostic.h"
#include "modules/json/pointer.h"

namespace adyton::pipeline {

/// The value of a step's option, already of the type that the step's table says.
using OptionValue = std::variant<std::string,  // text, choice, keyring name, call, JSON text
                                 bool, std::int64_t,
                                 std::vector<json::Pointer>>;  // fields

/// One [[step]]. Options that were left out stand with their default, those without one are absent.
struct StepConfig {
  std::string use;
  Place at;
  std::map<std::string, OptionValue, std::less<>> options;
  std::map<std::string, Place, std::less<>> places;  // of the options that were written

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  /// Precondition: the option is there and of that type (the checker saw to it).
  const std::string& text(std::string_view option) const;
  bool flag(std::string_view option) const;
  std::int64_t number(std::string_view option) const;
  const std::vector<json::Pointer>& fields(std::string_view option) const;
};

enum class Format { ndjson };

struct SourceConfig {
  std::vector<std::string> files;  // globs, or "-" alone
  Place at;
  Format format = Format::ndjson;
  std::uint64_t max_record = 64ULL << 20;
};

struct KeyringConfig {
  std::string file;
  Place at;
};

struct SinkConfig {
  std::string files;  // a template with {stem} {name} {dir}, a plain path, or "-"
  Place at;
  Existing existing = Existing::error;
};

/// How many dead records a run bears. Neither: any number.
struct ErrorBudget {
  std::optional<std::uint64_t> count;
  std::optional<double> share;  // of the records read, 0 to 1
};

struct DeadLetterConfig {
  std::string
      file;  // empty: none, and the first dead record fails the run unless max_errors allows
  Place at;
  bool plain = false;
  ErrorBudget max_errors;  // the default is already filled in: unlimited with a file, else 0
};

/// A job file, wholly checked as far as it can be without touching inputs and outputs. Relative
/// paths are relative to the current directory.
struct JobConfig {
  std::string path;  // of the job file, as given
  std::string name;
  std::string domain;
  SourceConfig source;
  std::map<std::string, KeyringConfig, std::less<>> keyrings;
  std::vector<StepConfig> steps;
  SinkConfig sink;
  DeadLetterConfig dead_letter;

  /// True if some step handles fields that are to be protected: then dead letters hold no bytes
  /// unless dead_letter.plain.
  bool protects() const;
};

/// Reads and checks a job. Either a config, or every problem found (the first one alone where the
/// file is not even TOML). Opens the job file, and looks whether keyrings and scripts are there.
struct ConfigOutcome {
  std::optional<JobConfig> config;  // absent if any diagnostic is an error
  std::vector<Diagnostic> diagnostics;
};
ConfigOutcome read_job(Os& os, const std::string& path);
ConfigOutcome parse_job(Os& os, const std::string& path, std::string_view toml);

}  // namespace adyton::pipeline
