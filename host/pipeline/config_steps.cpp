#include "host/pipeline/config_steps.h"

#include <algorithm>

#include "host/base/text.h"
#include "host/pipeline/config_fields.h"
#include "host/pipeline/config_options.h"

namespace adyton::pipeline {
namespace {

/// Reads one step: its options one by one, then what they say together.
class StepReader {
 public:
  StepReader(const StepSpec& spec, const TomlTable& table, Place at, const CheckContext& context,
             const JobConfig& job)
      : spec_(spec), table_(table), context_(context), job_(job) {
    step_.use = spec.name;
    step_.at = at;
  }

  StepConfig read() {
    const std::size_t problems_before = context_.problems.size();
    report_unknown();
    for (const OptionSpec& option : spec_.options) read_option(option);
    check_alias();
    check_record_id();
    if (spec_.check != nullptr && context_.problems.size() == problems_before) {
      spec_.check(step_, context_.problems);
    }
    return std::move(step_);
  }

 private:
  void report_unknown();
  void read_option(const OptionSpec& option);
  void check_alias();
  void check_record_id();
  const Pointers* written_fields(std::string_view option) const;

  const StepSpec& spec_;
  const TomlTable& table_;
  const CheckContext& context_;
  const JobConfig& job_;
  StepConfig step_;
  std::vector<std::string_view> meant_;  // options that a misspelt one was taken for
};

void StepReader::report_unknown() {
  std::vector<std::string_view> names;
  for (const OptionSpec& option : spec_.options) names.push_back(option.name);
  for (const TomlEntry& entry : table_) {
    if (entry.key == "use" || std::find(names.begin(), names.end(), entry.key) != names.end()) {
      continue;
    }
    if (const auto meant = did_you_mean(entry.key, names)) meant_.push_back(*meant);
    const std::string known = names.empty() ? cat(spec_.name, " has no options")
                                            : cat(spec_.name, " has ", listing(names));
    context_.report(entry.at, cat(spec_.name, " has no option ", in_quotes(entry.key)),
                    suggestion(entry.key, names, known));
  }
}

void StepReader::read_option(const OptionSpec& option) {
  const auto entry = std::find_if(table_.begin(), table_.end(), [&](const TomlEntry& candidate) {
    return candidate.key == option.name;
  });
  const std::string name(option.name);
  if (entry != table_.end()) {
    step_.places[name] = entry->value.at;
    if (auto value = read_option_value(option, entry->value, context_, job_)) {
      step_.options[name] = *std::move(value);
    }
  } else if (!option.default_value.empty()) {
    step_.options[name] = default_value(option);
  } else if (option.required &&
             std::find(meant_.begin(), meant_.end(), option.name) == meant_.end()) {
    context_.report(step_.at, cat(spec_.name, " needs the option ", in_quotes(option.name)),
                    cat(option.name, ": ", option.doc));
  }
}

const Pointers* StepReader::written_fields(std::string_view option) const {
  const auto found = step_.options.find(option);
  return found == step_.options.end() ? nullptr : std::get_if<Pointers>(&found->second);
}

/// `as` is the one pointer that the values were encrypted under.
void StepReader::check_alias() {
  const auto place = step_.places.find("as");
  if (place == step_.places.end() || !step_.has("as")) return;
  const auto parsed = json::Pointer::parse(step_.text("as"));
  if (!parsed) context_.report(place->second, parsed.error().message);
  const Pointers* fields = written_fields("fields");
  if (fields != nullptr && fields->size() > 1) {
    context_.report(place->second, "as goes with a single field", "write one step for each field");
  }
}

/// An id that the step itself encrypts could not be read before it is decrypted.
void StepReader::check_record_id() {
  const Pointers* id = written_fields("record_id");
  const Pointers* fields = written_fields("fields");
  if (id == nullptr || fields == nullptr) return;
  const auto place = step_.places.find("record_id");
  if (place == step_.places.end()) return;
  for (const json::Pointer& field : *fields) {
    if (!json::overlap(id->front(), field)) continue;
    context_.report(place->second,
                    cat("record_id cannot be ", in_quotes(id->front().text()), ", as the field ",
                        in_quotes(field.text()), " of the same step holds it"),
                    "the id of a record must stay readable");
    return;
  }
}

}  // namespace

void read_step(const TomlValue& value, const CheckContext& context, JobConfig& config) {
  const auto* table = value.as<TomlTable>();
  if (table == nullptr) {
    report_type(context.problems, "step", "tables", value, "write [[step]] and its keys under it");
    return;
  }
  const auto use = std::find_if(table->begin(), table->end(),
                                [](const TomlEntry& entry) { return entry.key == "use"; });
  std::vector<std::string_view> names;
  for (const StepSpec& spec : step_table()) names.push_back(spec.name);
  const std::string known = cat("the steps are ", listing(names));
  if (use == table->end()) {
    context.report(value.at, "[[step]] needs the key \"use\"", cat("use = \"…\"; ", known));
    return;
  }
  const auto* name = use->value.as<std::string>();
  if (name == nullptr) {
    report_type(context.problems, "use", "a string", use->value, known);
    return;
  }
  const StepSpec* spec = find_step(*name);
  if (spec == nullptr) {
    context.report(use->value.at, cat("there is no step ", in_quotes(*name)),
                   suggestion(*name, names, known));
    return;
  }
  config.steps.push_back(StepReader(*spec, *table, value.at, context, config).read());
}

}  // namespace adyton::pipeline
