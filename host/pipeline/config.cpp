#include "host/pipeline/config.h"

#include <algorithm>
#include <filesystem>

#include "host/base/text.h"
#include "host/pipeline/config_script.h"
#include "host/pipeline/config_sections.h"
#include "host/pipeline/config_steps.h"

namespace adyton::pipeline {
namespace {

constexpr std::uint64_t largest_job = 4ULL << 20;

constexpr KeyRule job_tables[] = {
    {"job"},
    {"source"},
    {"keyring"},
    {"step"},
    {"sink"},
    {"dead_letter"},
    {"receipt", "leave it out: the summary (--summary json) has the counts"},
    {"test", "leave the test cases out"},
};

/// Reads a whole job, table after table.
class JobReader {
 public:
  JobReader(const TomlTable& root, const CheckContext& context)
      : root_(root),
        context_(context),
        reader_(root, "the job", Place{0, 0, 1}, job_tables, context.problems,
                TableReader::Holds::tables) {}

  JobConfig read();

 private:
  const TomlEntry* entry(std::string_view name) const;
  const TomlTable* section(std::string_view name, std::string_view help);
  Place place(std::string_view name) const { return entry(name)->value.at; }
  void read_keyrings();
  void read_steps();
  void check_outputs();
  void check_output(std::string_view what, const std::string& path, Place at);

  const TomlTable& root_;
  const CheckContext& context_;
  JobConfig config_;
  TableReader reader_;
};

const TomlEntry* JobReader::entry(std::string_view name) const {
  const auto found = std::find_if(root_.begin(), root_.end(), [name](const TomlEntry& candidate) {
    return candidate.key == name;
  });
  return found == root_.end() ? nullptr : &*found;
}

/// One table that is written [name]; nullptr if it is absent or something else.
const TomlTable* JobReader::section(std::string_view name, std::string_view help) {
  const TomlEntry* found = help.empty() ? reader_.find(name) : reader_.require(name, help);
  if (found == nullptr) return nullptr;
  const auto* table = found->value.as<TomlTable>();
  if (table == nullptr) {
    context_.report(found->at, cat(name, " is one table, not ", found->value.kind()),
                    cat("write [", name, "] and its keys under it"));
  }
  return table;
}

/// True if some step works under a keyring: what it makes is bound to the job's domain.
bool uses_keys(const JobConfig& config) {
  return std::any_of(config.steps.begin(), config.steps.end(), [](const StepConfig& step) {
    const StepSpec* spec = find_step(step.use);
    return spec != nullptr &&
           std::any_of(spec->options.begin(), spec->options.end(),
                       [](const OptionSpec& o) { return o.kind == OptionKind::keyring; });
  });
}

JobConfig JobReader::read() {
  const auto* job = section("job", "[job], and under it name = \"protect-customers\"");
  if (const auto* table = section("source", "[source], and under it files = [\"data/*.ndjson\"]")) {
    read_source(*table, place("source"), context_, config_.source);
  }
  read_keyrings();
  read_steps();
  if (job != nullptr) {
    const Domain domain = uses_keys(config_) ? Domain::required : Domain::optional;
    read_job_section(*job, place("job"), domain, context_, config_);
  }
  if (const auto* table = section("sink", "[sink], and under it files = \"out/{stem}.ndjson\"")) {
    read_sink(*table, place("sink"), context_, config_.sink);
  }
  config_.dead_letter.max_errors.count = 0;
  if (const auto* table = section("dead_letter", "")) {
    config_.dead_letter = {};
    read_dead_letter(*table, place("dead_letter"), context_, config_.dead_letter);
  }
  check_outputs();
  return std::move(config_);
}

void JobReader::read_keyrings() {
  const auto* keyrings = section("keyring", "");
  if (keyrings == nullptr) return;
  for (const TomlEntry& keyring : *keyrings) read_keyring(keyring, context_, config_);
}

void JobReader::read_steps() {
  const TomlEntry* steps = reader_.find("step");
  if (steps == nullptr) return;
  const auto* array = steps->value.as<TomlArray>();
  if (array == nullptr) {
    context_.report(steps->at, "steps are an array of tables",
                    "write [[step]], in double brackets, for each of them");
    return;
  }
  for (const TomlValue& step : *array) read_step(step, context_, config_);
}

std::string normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

void JobReader::check_output(std::string_view what, const std::string& path, Place at) {
  if (path.empty() || path == "-" || path.find('{') != std::string::npos) return;
  const auto refuse = [&](std::string_view other) {
    context_.report(at, cat(what, " would be written over ", other, ": ", in_quotes(path)));
  };
  if (normal(path) == normal(config_.path)) refuse("the job file");
  for (const auto& [name, keyring] : config_.keyrings) {
    if (!keyring.file.empty() && normal(path) == normal(keyring.file)) refuse("a keyring");
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

const std::vector<json::Pointer>& StepConfig::fields(std::string_view option) const {
  return std::get<std::vector<json::Pointer>>(options.find(option)->second);
}

bool JobConfig::protects() const {
  return std::any_of(steps.begin(), steps.end(), [](const StepConfig& step) {
    const StepSpec* spec = find_step(step.use);
    return spec != nullptr && spec->protects;
  });
}

ConfigOutcome parse_job(Os& os, const std::string& path, std::string_view toml) {
  ConfigOutcome outcome;
  auto parsed = parse_toml(toml);
  if (auto* problem = std::get_if<Diagnostic>(&parsed)) {
    outcome.diagnostics.push_back(std::move(*problem));
    return outcome;
  }
  const CheckContext context{os, path, outcome.diagnostics};
  JobConfig config = JobReader(std::get<TomlTable>(parsed), context).read();
  sort_by_place(outcome.diagnostics);
  if (outcome.diagnostics.empty()) outcome.config = std::move(config);
  return outcome;
}

ConfigOutcome read_job(Os& os, const std::string& path) {
  const auto text = read_file(os, path, largest_job);
  if (text) return parse_job(os, path, *text);
  return {std::nullopt, {{{0, 0, 1}, text.error().message, {}}}};
}

}  // namespace adyton::pipeline
