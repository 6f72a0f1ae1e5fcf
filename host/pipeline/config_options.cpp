#include "host/pipeline/config_options.h"

#include <algorithm>
#include <charconv>

#include "host/base/text.h"
#include "host/pipeline/config_condition.h"
#include "host/pipeline/config_expression.h"
#include "host/pipeline/config_fields.h"
#include "host/pipeline/config_script.h"
#include "host/pipeline/toml_json.h"

namespace adyton::pipeline {
namespace {

constexpr std::uint64_t largest_script = 16ULL << 20;

/// Each function gives the value, or nullopt having reported why not.
class OptionReader {
 public:
  OptionReader(const OptionSpec& option, const CheckContext& context, const JobConfig& job)
      : option_(option), context_(context), job_(job) {}

  std::optional<OptionValue> read(const TomlValue& value);

 private:
  std::optional<OptionValue> read_text(const TomlValue& value);
  std::optional<OptionValue> read_number(const TomlValue& value);
  std::optional<OptionValue> read_share(const TomlValue& value);
  std::optional<OptionValue> read_json(const TomlValue& value);
  std::optional<OptionValue> check_choice(const std::string& text, Place at);
  std::optional<OptionValue> check_keyring(const std::string& name, Place at);
  std::optional<OptionValue> check_call(const std::string& call, Place at);
  std::optional<OptionValue> check_expression_text(const std::string& text, Place at);

  const OptionSpec& option_;
  const CheckContext& context_;
  const JobConfig& job_;
};

std::optional<OptionValue> OptionReader::read(const TomlValue& value) {
  switch (option_.kind) {
    case OptionKind::text:
    case OptionKind::choice:
    case OptionKind::keyring:
    case OptionKind::call:
    case OptionKind::expression:
      return read_text(value);
    case OptionKind::flag:
      if (const bool* flag = value.as<bool>()) return *flag;
      report_type(context_.problems, option_.name, "true or false", value);
      return std::nullopt;
    case OptionKind::number:
      return read_number(value);
    case OptionKind::share:
      return read_share(value);
    case OptionKind::fields:
      return read_fields(option_.name, value, context_);
    case OptionKind::field:
      return read_field(option_.name, value, context_);
    case OptionKind::member:
      return read_member(option_.name, value, context_);
    case OptionKind::condition:
      return read_condition(option_.name, value, context_);
    case OptionKind::json:
      return read_json(value);
  }
  return std::nullopt;
}

std::optional<OptionValue> OptionReader::read_text(const TomlValue& value) {
  const auto* text = value.as<std::string>();
  if (text == nullptr) {
    report_type(context_.problems, option_.name, "a string", value);
    return std::nullopt;
  }
  if (option_.kind == OptionKind::choice) return check_choice(*text, value.at);
  if (option_.kind == OptionKind::keyring) return check_keyring(*text, value.at);
  if (option_.kind == OptionKind::call) return check_call(*text, value.at);
  if (option_.kind == OptionKind::expression) return check_expression_text(*text, value.at);
  return *text;
}

std::optional<OptionValue> OptionReader::read_json(const TomlValue& value) {
  auto json = to_json(value);
  if (auto* text = std::get_if<std::string>(&json)) return std::move(*text);
  context_.problems.push_back(std::get<Diagnostic>(std::move(json)));
  return std::nullopt;
}

std::optional<OptionValue> OptionReader::read_number(const TomlValue& value) {
  const auto* number = value.as<std::int64_t>();
  if (number != nullptr && *number >= 0) return *number;
  if (number != nullptr)
    context_.report(value.at, cat(option_.name, " cannot be negative"));
  else
    report_type(context_.problems, option_.name, "an integer", value);
  return std::nullopt;
}

std::optional<OptionValue> OptionReader::read_share(const TomlValue& value) {
  const auto* real = value.as<double>();
  const auto* integer = value.as<std::int64_t>();
  if (real == nullptr && integer == nullptr) {
    report_type(context_.problems, option_.name, "a number from 0 to 1", value,
                cat(option_.name, " = 0.01"));
    return std::nullopt;
  }
  const double share = real != nullptr ? *real : static_cast<double>(*integer);
  if (share >= 0 && share <= 1) return share;
  context_.report(value.at, cat(option_.name, " is a number from 0 to 1"),
                  cat("one in a hundred: ", option_.name, " = 0.01"));
  return std::nullopt;
}

/// The place of a byte of a string; the string itself where it is not written as one line without
/// escapes.
Place place_within(Place at, std::string_view text, std::size_t offset) {
  std::uint32_t characters = 0;
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < text.size();
       i += std::max<std::size_t>(utf8_sequence(text.substr(i)), 1)) {
    ++characters;
    if (i < offset) ++before;
  }
  if (at.length != characters + 2) return at;
  Place within = at;
  within.column += 1 + before;
  within.length = 1;
  return within;
}

std::optional<OptionValue> OptionReader::check_expression_text(const std::string& text, Place at) {
  constexpr std::string_view space = " \t\f\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(space), text.size());
  const std::size_t end = std::max(text.find_last_not_of(space) + 1, begin);
  const std::string expression = text.substr(begin, end - begin);
  const PythonFault fault = check_expression(expression);
  if (!fault) return expression;
  context_.report(place_within(at, text, begin + fault.offset),
                  cat(option_.name, " is no Python expression: ", fault.message),
                  "expr = \"record['age'] > 17\"");
  return std::nullopt;
}

std::optional<OptionValue> OptionReader::check_choice(const std::string& text, Place at) {
  const auto found = std::find(option_.choices.begin(), option_.choices.end(), text);
  if (found != option_.choices.end()) return text;
  report_choice(context_.problems, option_.name, option_.choices, text, at);
  return std::nullopt;
}

std::optional<OptionValue> OptionReader::check_keyring(const std::string& name, Place at) {
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

std::optional<OptionValue> OptionReader::check_call(const std::string& call, Place at) {
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

}  // namespace

std::optional<OptionValue> read_option_value(const OptionSpec& option, const TomlValue& value,
                                             const CheckContext& context, const JobConfig& job) {
  return OptionReader(option, context, job).read(value);
}

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
    case OptionKind::share: {
      double number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case OptionKind::field:
    case OptionKind::member:
    case OptionKind::fields: {
      Pointers fields;
      if (auto parsed = json::Pointer::parse(text)) fields.push_back(*std::move(parsed));
      return fields;
    }
    default:
      return std::string(text);
  }
}

}  // namespace adyton::pipeline
