#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/base/os.h"
#include "host/pipeline/diagnostic.h"
#include "host/pipeline/variables.h"
#include "modules/crypto/age/recipient.h"
#include "modules/json/pointer.h"

namespace adyton::pipeline {

/// What a step's `where` asks of one field of a record.
struct ConditionConfig {
  enum class Operator { equal, not_equal, less, at_most, greater, at_least, in, exists, matches };

  std::vector<json::Pointer> field;  // one
  Operator op = Operator::equal;
  std::vector<std::string> values;  // as JSON text: one; of `in` at least one; of `exists` none
  bool negated = false;
};

/// The value of a step's option, already of the type that the step's table says.
using OptionValue =
    std::variant<std::string,  // text, choice, keyring name, call, expression, JSON text
                 bool, std::int64_t, double,
                 std::vector<json::Pointer>,  // fields, field, member
                 ConditionConfig>;

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
  double share(std::string_view option) const;
  const std::vector<json::Pointer>& fields(std::string_view option) const;
  const ConditionConfig& condition(std::string_view option) const;

  /// True if the option was written, not filled in with its default.
  bool wrote(std::string_view option) const { return places.find(option) != places.end(); }
  /// True if the step runs Python, and so needs a ScriptHost.
  bool runs_python() const { return has("call") || has("expr"); }
};

enum class Format {
  ndjson,  // one JSON value a line
  array,   // one top-level JSON array whose elements are the records
  csv,     // RFC 4180 with a header: a record is an object of strings
  tsv,     // the same with tabs
};

/// As the job spells them, in the order of the enumeration.
inline constexpr std::array<std::string_view, 4> format_names = {"ndjson", "array", "csv", "tsv"};
std::optional<Format> format_named(std::string_view name);

struct SourceConfig {
  std::vector<std::string> files;  // globs, or "-" alone
  std::vector<Place> places;       // of each of them
  Place at;
  Format format = Format::ndjson;
  std::uint64_t max_record = 64ULL << 20;
  // What opens sealed inputs: at most one of these.
  std::vector<std::string> identities;  // files of age identities
  std::vector<Place> identity_places;   // of each of them
  std::string passphrase_env;           // the environment variable that holds the passphrase
  Place passphrase_at;

  bool opens_sealed() const { return !identities.empty() || !passphrase_env.empty(); }
};

struct KeyringConfig {
  std::string file;
  // What opens it, if it is sealed: at most one of these.
  std::string passphrase_env;        // the environment variable that holds the passphrase
  std::string identity;              // a file of age identities
  std::vector<std::string> command;  // a program and its arguments
  Place at;
};

struct SinkConfig {
  std::string files;  // a template with {stem} {name} {dir}, a plain path, or "-"
  Place at;
  Format format = Format::ndjson;    // the source's, unless the job says another
  std::vector<std::string> columns;  // of csv and tsv; empty: the keys of the first record
  Existing existing = Existing::error;
  std::vector<crypto::age::Recipient> recipients;  // whom every output is sealed to, if any

  bool seals() const { return !recipients.empty(); }
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
  /// Who can read what the entries hold of records; with any of them nothing of it is in the clear.
  std::vector<crypto::age::Recipient> recipients;
  ErrorBudget max_errors;  // the default is already filled in: unlimited with a file, else 0
};

enum class DigestKind { xxh3_128, sha256 };

struct ReceiptConfig {
  DigestKind digest = DigestKind::xxh3_128;
};

/// A job file, wholly checked as far as it can be without touching inputs and outputs. Relative
/// paths are relative to the current directory.
struct JobConfig {
  std::string path;  // of the job file, as given
  std::string name;
  std::string domain;
  /// What the job says, in one text for all ways of writing it, with what was set from outside and
  /// what variables hold in it: to be hashed, not shown.
  std::string text;
  std::vector<std::string> settings;  // the KEY of each --set
  std::string state;  // folder of the run's state; empty: ".adyton" beside the outputs
  std::uint64_t commit_every = 256ULL << 20;  // bytes of input after which a run commits at least
  SourceConfig source;
  std::map<std::string, KeyringConfig, std::less<>> keyrings;
  std::vector<StepConfig> steps;
  SinkConfig sink;
  DeadLetterConfig dead_letter;
  ReceiptConfig receipt;

  /// True if some step handles fields that are to be protected, or the outputs are sealed: then
  /// dead letters hold no bytes unless dead_letter.plain.
  bool protects() const;

  /// The place as messages have it: "job.toml:12:5", "--set job.name", or the path alone.
  std::string where(Place at) const;
};

/// What comes to a job from outside its file.
struct JobSettings {
  std::vector<std::string> set;  // KEY=VALUE, as apply_settings() takes them
  Environment environment = process_environment();
};

struct ConfigOutcome {
  std::optional<JobConfig> config;  // absent if anything is wrong
  std::vector<Diagnostic> diagnostics;
  std::string source;  // the job file's text: what render() shows the places in

  /// What could be read in spite of the diagnostics, and which steps of it are whole (indices):
  /// for looking on for what else is wrong. Nothing where the file is no TOML.
  JobConfig draft;
  std::vector<std::size_t> whole_steps;
};

/// Reads and checks a job. Either a config, or every problem found (the first one alone where the
/// file is not even TOML). Opens the job file, and looks whether keyrings and scripts are there.
ConfigOutcome read_job(Os& os, const std::string& path, const JobSettings& settings = {});
ConfigOutcome parse_job(Os& os, const std::string& path, std::string_view toml,
                        const JobSettings& settings = {});

}  // namespace adyton::pipeline
