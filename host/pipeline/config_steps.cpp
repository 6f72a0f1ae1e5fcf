#include "host/pipeline/config_steps.h"

#include <algorithm>
#include <charconv>

#include "host/base/text.h"
#include "host/pipeline/config_script.h"
#include "host/pipeline/toml_json.h"

namespace adyton::pipeline {
namespace {

constexpr std::uint64_t largest_script = 16ULL << 20;

using Pointers = std::vector<json::Pointer>;

/// Reads the options of one step. Each read_… gives the value, or nullopt having reported why not.
class StepReader {
 public:
  StepReader(const StepSpec& spec, const TomlTable& table, Place at, const CheckContext& context,
             const JobConfig& job)
      : spec_(spec), table_(table), context_(context), job_(job) {
    step_.use = spec.name;
    step_.at = at;
  }

  StepConfig read() {
    report_unknown();
    for (const OptionSpec& option : spec_.options) read_option(option);
    check_alias();
    check_record_id();
    return std::move(step_);
  }

 private:
  void report_unknown();
  void read_option(const OptionSpec& option);
  std::optional<OptionValue> read_value(const OptionSpec& option, const TomlEntry& entry);
  std::optional<OptionValue> read_text(const OptionSpec& option, const TomlValue& value);
  std::optional<OptionValue> read_number(const OptionSpec& option, const TomlValue& value);
  std::optional<OptionValue> read_fields(const OptionSpec& option, const TomlValue& value);
  std::optional<OptionValue> read_field(const OptionSpec& option, const TomlValue& value);
  std::optional<OptionValue> check_choice(const OptionSpec& option, const std::string& text,
                                          Place at);
  std::optional<OptionValue> check_keyring(const std::string& name, Place at);
  std::optional<OptionValue> check_call(const std::string& call, Place at);
  std::optional<json::Pointer> pointer(const OptionSpec& option, const TomlValue& value);
  void add_field(const OptionSpec& option, const TomlValue& value, Pointers& fields);
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

/// The text of a default as the value that the option's readers give.
OptionValue default_value(const OptionSpec& option) {
  const std::string_view text = option.default_value;
  switch (option.kind) {
    case OptionKind::flag:
      return text == "true";
    case OptionKind::number: {
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case OptionKind::field:
    case OptionKind::fields: {
      Pointers fields;
      if (auto parsed = json::Pointer::parse(text)) fields.push_back(*std::move(parsed));
      return fields;
    }
    default:
      return std::string(text);
  }
}

void StepReader::read_option(const OptionSpec& option) {
  const auto entry = std::find_if(table_.begin(), table_.end(), [&](const TomlEntry& candidate) {
    return candidate.key == option.name;
  });
  const std::string name(option.name);
  if (entry != table_.end()) {
    step_.places[name] = entry->value.at;
    if (auto value = read_value(option, *entry)) step_.options[name] = *std::move(value);
  } else if (!option.default_value.empty()) {
    step_.options[name] = default_value(option);
  } else if (option.required &&
             std::find(meant_.begin(), meant_.end(), option.name) == meant_.end()) {
    context_.report(step_.at, cat(spec_.name, " needs the option ", in_quotes(option.name)),
                    cat(option.name, ": ", option.doc));
  }
}

std::optional<OptionValue> StepReader::read_value(const OptionSpec& option,
                                                  const TomlEntry& entry) {
  const TomlValue& value = entry.value;
  switch (option.kind) {
    case OptionKind::text:
    case OptionKind::choice:
    case OptionKind::keyring:
    case OptionKind::call:
      return read_text(option, value);
    case OptionKind::flag:
      if (const bool* flag = value.as<bool>()) return *flag;
      report_type(context_.problems, option.name, "true or false", value);
      return std::nullopt;
    case OptionKind::number:
      return read_number(option, value);
    case OptionKind::fields:
      return read_fields(option, value);
    case OptionKind::field:
      return read_field(option, value);
    case OptionKind::json: {
      auto json = to_json(value);
      if (auto* text = std::get_if<std::string>(&json)) return std::move(*text);
      context_.problems.push_back(std::get<Diagnostic>(std::move(json)));
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<OptionValue> StepReader::read_text(const OptionSpec& option, const TomlValue& value) {
  const auto* text = value.as<std::string>();
  if (text == nullptr) {
    report_type(context_.problems, option.name, "a string", value);
    return std::nullopt;
  }
  if (option.kind == OptionKind::choice) return check_choice(option, *text, value.at);
  if (option.kind == OptionKind::keyring) return check_keyring(*text, value.at);
  if (option.kind == OptionKind::call) return check_call(*text, value.at);
  return *text;
}

std::optional<OptionValue> StepReader::read_number(const OptionSpec& option,
                                                   const TomlValue& value) {
  const auto* number = value.as<std::int64_t>();
  if (number != nullptr && *number >= 0) return *number;
  if (number != nullptr)
    context_.report(value.at, cat(option.name, " cannot be negative"));
  else
    report_type(context_.problems, option.name, "an integer", value);
  return std::nullopt;
}

std::optional<OptionValue> StepReader::check_choice(const OptionSpec& option,
                                                    const std::string& text, Place at) {
  const auto found = std::find(option.choices.begin(), option.choices.end(), text);
  if (found != option.choices.end()) return text;
  std::vector<std::string> choices;
  for (const std::string_view choice : option.choices) choices.push_back(in_quotes(choice));
  const std::vector<std::string_view> words(choices.begin(), choices.end());
  context_.report(at, cat(option.name, " is ", listing(words, "or"), ", not ", in_quotes(text)),
                  suggestion(text, option.choices, ""));
  return std::nullopt;
}

std::optional<OptionValue> StepReader::check_keyring(const std::string& name, Place at) {
  if (job_.keyrings.contains(name)) return name;
  std::vector<std::string_view> names;
  for (const auto& [known, keyring] : job_.keyrings) names.push_back(known);
  context_.report(at, cat("no keyring is called ", in_quotes(name)),
                  suggestion(name, names,
                             names.empty() ? cat("define it: [keyring.", name,
                                                 "], and under it file = \"keys/", name, ".json\"")
                                           : cat("the job defines ", listing(names))));
  return std::nullopt;
}

std::optional<OptionValue> StepReader::check_call(const std::string& call, Place at) {
  const auto name = parse_call(call);
  if (!name) {
    context_.report(at, name.error().message, "the form is path/to/script.py:function");
    return std::nullopt;
  }
  if (!context_.check_file("the script", name->file, at, "")) return std::nullopt;
  const auto source = read_file(context_.os, name->file, largest_script);
  if (!source) {
    context_.report(at, cat("the script cannot be used: ", source.error().message));
    return std::nullopt;
  }
  const DefinedNames defined = defined_names(*source);
  if (defined.may_have(name->function)) return call;
  const std::vector<std::string_view> candidates(defined.names.begin(), defined.names.end());
  context_.report(at, cat(name->file, " defines no function ", in_quotes(name->function)),
                  suggestion(name->function, candidates,
                             cat("add it to the script: def ", name->function, "(record):")));
  return std::nullopt;
}

std::optional<json::Pointer> StepReader::pointer(const OptionSpec& option, const TomlValue& value) {
  const auto* text = value.as<std::string>();
  if (text == nullptr) {
    report_type(context_.problems, option.name, "a JSON pointer in quotes", value,
                cat(option.name, " = \"/user/email\""));
    return std::nullopt;
  }
  auto parsed = json::Pointer::parse(*text);
  if (!parsed) {
    context_.report(value.at, parsed.error().message);
    return std::nullopt;
  }
  if (parsed->tokens().empty()) {
    context_.report(value.at, "an empty pointer names the whole record",
                    "name the fields in it: \"/user/email\", or \"/*\" for every member");
    return std::nullopt;
  }
  return *std::move(parsed);
}

void StepReader::add_field(const OptionSpec& option, const TomlValue& value, Pointers& fields) {
  auto field = pointer(option, value);
  if (!field) return;
  for (const json::Pointer& other : fields) {
    if (other.text() == field->text()) {
      context_.report(value.at, cat("the field ", in_quotes(field->text()), " is named twice"));
      return;
    }
    if (json::overlap(other, *field)) {
      context_.report(
          value.at,
          cat("the field ", in_quotes(field->text()), " overlaps ", in_quotes(other.text())),
          "name the outer one alone, or put them in two steps");
      return;
    }
  }
  fields.push_back(*std::move(field));
}

std::optional<OptionValue> StepReader::read_fields(const OptionSpec& option,
                                                   const TomlValue& value) {
  const std::size_t problems_before = context_.problems.size();
  Pointers fields;
  if (const auto* array = value.as<TomlArray>()) {
    if (array->empty()) {
      context_.report(value.at, cat(option.name, " is empty"),
                      cat(option.name, " = [\"/user/email\"]"));
    }
    for (const TomlValue& element : *array) add_field(option, element, fields);
  } else if (value.as<std::string>() != nullptr) {
    add_field(option, value, fields);
  } else {
    report_type(context_.problems, option.name, "an array of JSON pointers", value,
                cat(option.name, " = [\"/user/email\"]"));
  }
  if (context_.problems.size() != problems_before) return std::nullopt;
  return fields;
}

std::optional<OptionValue> StepReader::read_field(const OptionSpec& option,
                                                  const TomlValue& value) {
  auto field = pointer(option, value);
  if (!field) return std::nullopt;
  if (field->has_wildcard()) {
    context_.report(value.at, cat(option.name, " names one field, so there can be no * in it"),
                    "a member that is really called * is written ~2");
    return std::nullopt;
  }
  return Pointers{*std::move(field)};
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
