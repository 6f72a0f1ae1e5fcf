#include "host/pipeline/config.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "host/base/text.h"
#include "host/pipeline/config_hash.h"
#include "host/pipeline/config_script.h"
#include "host/pipeline/config_sections.h"
#include "host/pipeline/config_steps.h"
#include "host/pipeline/settings.h"
#include "host/pipeline/toml_json.h"
#include "host/pipeline/variables.h"

namespace adyton::pipeline {
namespace {

constexpr std::uint64_t largest_job = 4ULL << 20;

/// Reads a whole job, table after table.
class JobReader {
 public:
  JobReader(const TomlTable& root, const CheckContext& context)
      : context_(context), reader_(root, "the job", Place{}, job_keys(), context.problems) {}

  JobConfig read();
  std::vector<std::size_t> take_whole_steps() { return std::move(whole_steps_); }

 private:
  const TomlTable* section(std::string_view name) const;
  Place place(std::string_view name) const { return reader_.place(name); }
  void read_keyrings();
  void read_steps();
  void check_outputs();
  void check_output(std::string_view what, const std::string& path, Place at);

  const CheckContext& context_;
  JobConfig config_;
  std::vector<std::size_t> whole_steps_;
  TableReader reader_;
};

const TomlTable* JobReader::section(std::string_view name) const {
  const TomlEntry* found = reader_.find(name);
  return found == nullptr ? nullptr : found->value.as<TomlTable>();
}

/// True if some step works under a keyring: what it makes is bound to the job's domain.
bool uses_keys(const JobConfig& config) {
  return std::any_of(config.steps.begin(), config.steps.end(), [](const StepConfig& step) {
    const StepSpec* spec = find_step(step.use);
    return spec != nullptr &&
           std::any_of(spec->options.begin(), spec->options.end(), [&](const OptionSpec& o) {
             return o.kind == OptionKind::keyring && (o.required || step.has(o.name));
           });
  });
}

JobConfig JobReader::read() {
  if (const auto* table = section("source")) {
    read_source(*table, place("source"), context_, config_.source);
  }
  read_keyrings();
  read_steps();
  if (const auto* table = section("job")) {
    const Domain domain = uses_keys(config_) ? Domain::required : Domain::optional;
    read_job_section(*table, place("job"), domain, context_, config_);
  }
  if (const auto* table = section("sink")) {
    read_sink(*table, place("sink"), context_, config_.source.format, config_.sink);
  }
  config_.dead_letter.max_errors.count = 0;
  if (const auto* table = section("dead_letter")) {
    config_.dead_letter = {};
    read_dead_letter(*table, place("dead_letter"), context_, config_.dead_letter);
  }
  if (const auto* table = section("receipt")) {
    read_receipt(*table, place("receipt"), context_, config_.receipt);
  }
  check_outputs();
  return std::move(config_);
}

void JobReader::read_keyrings() {
  const auto* keyrings = section("keyring");
  if (keyrings == nullptr) return;
  for (const TomlEntry& keyring : *keyrings) read_keyring(keyring, context_, config_);
}

void JobReader::read_steps() {
  const TomlEntry* steps = reader_.find("step");
  if (steps == nullptr) return;
  for (const TomlValue& step : *steps->value.as<TomlArray>()) {
    const std::size_t problems_before = context_.problems.size();
    const std::size_t index = config_.steps.size();
    read_step(step, context_, config_);
    if (context_.problems.size() == problems_before) whole_steps_.push_back(index);
  }
  check_hashes(config_, context_.problems);
}

std::string normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

void JobReader::check_output(std::string_view what, const std::string& path, Place at) {
  if (path.empty() || path == "-" || path.find('{') != std::string::npos) return;
  const auto refuse = [&](std::string_view other) {
    context_.report(at, cat(what, " would be written over ", other, ": ", in_quotes(path)),
                    "write it to another folder, or under another name");
  };
  if (normal(path) == normal(config_.path)) refuse("the job file");
  for (const auto& [name, keyring] : config_.keyrings) {
    if (!keyring.file.empty() && normal(path) == normal(keyring.file)) refuse("a keyring");
  }
  for (const std::string& identity : config_.source.identities) {
    if (normal(path) == normal(identity)) refuse("an identity file");
  }
  for (const StepConfig& step : config_.steps) {
    if (step.use != "python" || !step.has("call")) continue;
    const auto call = parse_call(step.text("call"));
    if (call && normal(path) == normal(call->file)) refuse("a script");
  }
  const auto& inputs = config_.source.files;
  if (std::any_of(inputs.begin(), inputs.end(),
                  [&](const std::string& input) { return normal(input) == normal(path); })) {
    refuse("an input");
  }
}

void JobReader::check_outputs() {
  config_.path = context_.job_path;
  const SinkConfig& sink = config_.sink;
  const DeadLetterConfig& dead = config_.dead_letter;
  check_output("the output", sink.files, sink.at);
  check_output("the dead-letter file", dead.file, dead.at);
  if (!dead.file.empty() && dead.file != "-" && normal(dead.file) == normal(sink.files)) {
    context_.report(dead.at, "the dead letters and the output would be one file",
                    "file = \"out/dead.ndjson\"");
  }
}

}  // namespace

const std::string& StepConfig::text(std::string_view option) const {
  return std::get<std::string>(options.find(option)->second);
}

bool StepConfig::flag(std::string_view option) const {
  return std::get<bool>(options.find(option)->second);
}

std::int64_t StepConfig::number(std::string_view option) const {
  return std::get<std::int64_t>(options.find(option)->second);
}

double StepConfig::share(std::string_view option) const {
  return std::get<double>(options.find(option)->second);
}

const ConditionConfig& StepConfig::condition(std::string_view option) const {
  return std::get<ConditionConfig>(options.find(option)->second);
}

const std::vector<json::Pointer>& StepConfig::fields(std::string_view option) const {
  return std::get<std::vector<json::Pointer>>(options.find(option)->second);
}

std::optional<Format> format_named(std::string_view name) {
  for (std::size_t i = 0; i < format_names.size(); ++i) {
    if (format_names[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

bool JobConfig::protects() const {
  return sink.seals() || std::any_of(steps.begin(), steps.end(), [](const StepConfig& step) {
           const StepSpec* spec = find_step(step.use);
           return spec != nullptr && spec->protects;
         });
}

std::string JobConfig::where(Place at) const {
  if (at.setting != 0) return cat("--set ", settings[at.setting - 1]);
  return at.line == 0 ? path : cat(path, ':', at.line, ':', at.column);
}

ConfigOutcome parse_job(Os& os, const std::string& path, std::string_view toml,
                        const JobSettings& settings) {
  ConfigOutcome outcome;
  outcome.source = toml;
  Diagnostics& problems = outcome.diagnostics;
  auto parsed = parse_toml(toml);
  if (auto* problem = std::get_if<Diagnostic>(&parsed)) {
    problems.push_back(std::move(*problem));
    return outcome;
  }
  auto& root = std::get<TomlTable>(parsed);
  auto keys = apply_settings(root, settings.set, problems);
  const auto expansions = expand_variables(root, settings.environment, problems);

  Diagnostics found;
  const CheckContext context{os, path, found};
  JobReader reader(root, context);
  JobConfig config = reader.read();
  outcome.whole_steps = reader.take_whole_steps();
  conceal_values(expansions, found);
  std::move(found.begin(), found.end(), std::back_inserter(problems));
  name_settings(keys, problems);
  sort_by_place(problems);

  config.settings = std::move(keys);
  if (problems.empty()) {
    config.text = canonical_text(root);
    outcome.config = std::move(config);
  } else {
    outcome.draft = std::move(config);
  }
  return outcome;
}

ConfigOutcome read_job(Os& os, const std::string& path, const JobSettings& settings) {
  const auto text = read_file(os, path, largest_job);
  if (text) return parse_job(os, path, *text, settings);
  ConfigOutcome outcome;
  std::string help;
  if (text.error().code == ErrorCode::limit) help = "a job is a page of text: is this the data?";
  const auto info = os.info(path);
  if (info && info->kind == FileInfo::Kind::directory) help = "name the job file in it";
  outcome.diagnostics.push_back({{}, text.error().message, std::move(help)});
  return outcome;
}

}  // namespace adyton::pipeline
