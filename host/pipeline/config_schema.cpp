#include "host/pipeline/config_schema.h"

#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>
#include <vector>

#include "host/base/text.h"
#include "host/pipeline/config_condition.h"
#include "host/pipeline/config_keys.h"
#include "host/pipeline/steps/spec.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

/// A piece of a schema: the value is JSON text.
struct Member {
  std::string_view name;
  std::string value;
};
using Members = std::vector<Member>;

std::string json_string(std::string_view text) {
  std::string out;
  json::append_quoted(text, out);
  return out;
}

std::string object(const Members& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    text += cat(text.size() > 1 ? "," : "", json_string(name), ':', value);
  }
  return text + '}';
}

std::string array(const std::vector<std::string>& elements) {
  std::string text = "[";
  for (const std::string& element : elements) text += cat(text.size() > 1 ? "," : "", element);
  return text + ']';
}

std::string strings(std::span<const std::string_view> words) {
  std::vector<std::string> elements;
  for (const std::string_view word : words) elements.push_back(json_string(word));
  return array(elements);
}

const std::string any = "{}";

std::string type(std::string_view name) {
  return object({{"type", json_string(name)}});
}

std::string any_of(const std::vector<std::string>& schemas) {
  return object({{"anyOf", array(schemas)}});
}

/// A string of the form, or one with a variable in it, whose value no schema knows.
std::string string_like(std::string_view pattern) {
  const std::string or_variable = cat("(", pattern, ")|\\$\\{");
  return object({{"type", json_string("string")}, {"pattern", json_string(or_variable)}});
}

std::string choice(std::span<const std::string_view> choices) {
  const std::string variable =
      object({{"type", json_string("string")}, {"pattern", json_string("\\$\\{")}});
  return any_of({object({{"enum", strings(choices)}}), variable});
}

std::string list_of(const std::string& element) {
  return object({{"type", json_string("array")},
                 {"items", element},
                 {"minItems", "1"},
                 {"uniqueItems", "true"}});
}

std::string number_from_0(std::string_view name) {
  return object({{"type", json_string(name)}, {"minimum", "0"}});
}

/// A table with those members and no others.
std::string table(std::string_view doc, const Members& properties,
                  const std::vector<std::string>& required) {
  return object({{"description", doc.empty() ? "" : json_string(doc)},
                 {"type", json_string("object")},
                 {"properties", object(properties)},
                 {"required", required.empty() ? "" : array(required)},
                 {"additionalProperties", "false"}});
}

/// `{"type": …}` with what is to be said of it put before.
std::string described(std::string_view doc, std::string_view default_value, std::string schema) {
  const std::string head =
      object({{"description", json_string(doc)}, {"default", std::string(default_value)}});
  if (schema == any) return head;
  return cat(head.substr(0, head.size() - 1), ',', schema.substr(1));
}

const std::string pointer = string_like("^(/([^~]|~[012])*)?$");
const std::string whole_pointer = string_like("^/([^~]|~[012])*$");

// Keys of the job's tables.

std::string schema_of(const KeyRule& rule);

std::string table_of(std::string_view doc, std::span<const KeyRule> rules) {
  Members properties;
  std::vector<std::string> required;
  for (const KeyRule& rule : rules) {
    if (!rule.unavailable.empty()) continue;
    properties.push_back({rule.name, schema_of(rule)});
    if (rule.presence == Presence::required) required.push_back(json_string(rule.name));
  }
  return table(doc, properties, required);
}

std::string steps_schema();

std::string type_of(const KeyRule& rule) {
  const std::string path = object({{"type", json_string("string")}, {"minLength", "1"}});
  switch (rule.kind) {
    case KeyKind::any:
      return rule.choices.empty() ? any : choice(rule.choices);
    case KeyKind::text:
      return type("string");
    case KeyKind::choice:
      return choice(rule.choices);
    case KeyKind::path:
      return path;
    case KeyKind::paths:
      return any_of({path, list_of(path)});
    case KeyKind::texts:
      return list_of(type("string"));
    case KeyKind::flag:
      return type("boolean");
    case KeyKind::size:
      return any_of({object({{"type", json_string("integer")},
                             {"minimum", "1"},
                             {"maximum", cat(rule.largest)}}),
                     string_like("^ *[0-9]+ *([KkMmGg][Ii]?)?[Bb]? *$")});
    case KeyKind::budget:
      return any_of({number_from_0("integer"), string_like("^[0-9.]+ *%$")});
    case KeyKind::table:
      return table_of("", rule.keys);
    case KeyKind::named_tables:
      return object(
          {{"type", json_string("object")}, {"additionalProperties", table_of("", rule.keys)}});
    case KeyKind::steps:
      return steps_schema();
  }
  return any;
}

std::string default_of(const KeyRule& rule) {
  if (rule.default_value.empty()) return {};
  return rule.kind == KeyKind::flag ? std::string(rule.default_value)
                                    : json_string(rule.default_value);
}

std::string schema_of(const KeyRule& rule) {
  return described(rule.doc, default_of(rule), type_of(rule));
}

// Options of the steps.

std::string condition_schema() {
  Members properties;
  for (const KeyRule& rule : condition_keys()) {
    const bool pointed = rule.name == "field";
    properties.push_back(
        {rule.name, described(rule.doc, "", pointed ? whole_pointer : type_of(rule))});
  }
  return table("", properties, {json_string("field"), json_string("op")});
}

std::string type_of(const OptionSpec& option) {
  switch (option.kind) {
    case OptionKind::text:
    case OptionKind::keyring:
    case OptionKind::expression:
      return type("string");
    case OptionKind::choice:
      return choice(option.choices);
    case OptionKind::flag:
      return type("boolean");
    case OptionKind::number:
      return number_from_0("integer");
    case OptionKind::share:
      return object({{"type", json_string("number")}, {"minimum", "0"}, {"maximum", "1"}});
    case OptionKind::fields:
      return any_of({whole_pointer, list_of(whole_pointer)});
    case OptionKind::field:
    case OptionKind::member:
      return whole_pointer;
    case OptionKind::condition:
      return condition_schema();
    case OptionKind::call:
      return string_like("\\.py:[^:]+$");
    case OptionKind::json:
      return any;
  }
  return any;
}

/// The defaults are in the table as text.
std::string default_of(const OptionSpec& option) {
  if (option.default_value.empty()) return {};
  const bool bare = option.kind == OptionKind::flag || option.kind == OptionKind::number ||
                    option.kind == OptionKind::share || option.kind == OptionKind::json;
  return bare ? std::string(option.default_value) : json_string(option.default_value);
}

std::string step_schema(const StepSpec& spec) {
  Members properties = {{"use", object({{"const", json_string(spec.name)}})}};
  std::vector<std::string> required = {json_string("use")};
  for (const OptionSpec& option : spec.options) {
    properties.push_back({option.name, described(option.doc, default_of(option), type_of(option))});
    if (option.required) required.push_back(json_string(option.name));
  }
  return table(spec.summary, properties, required);
}

/// By name, and then as that step says: so that a mistake is told of the step that was meant.
std::string steps_schema() {
  std::vector<std::string_view> names;
  std::vector<std::string> branches;
  for (const StepSpec& spec : step_table()) {
    names.push_back(spec.name);
    const std::string is_this =
        object({{"properties", object({{"use", object({{"const", json_string(spec.name)}})}})}});
    const std::string definition = cat("#/$defs/", spec.name);
    const std::string as_defined = object({{"$ref", json_string(definition)}});
    branches.push_back(object({{"if", is_this}, {"then", as_defined}}));
  }
  const std::string step =
      object({{"type", json_string("object")},
              {"properties", object({{"use", object({{"enum", strings(names)}})}})},
              {"required", array({json_string("use")})},
              {"allOf", array(branches)}});
  return object({{"type", json_string("array")}, {"items", step}});
}

/// The same JSON with a line for each member and element.
std::string laid_out(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&] { out += cat('\n', std::string(2 * depth, ' ')); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      std::size_t end = i + 1;
      while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
      out += json.substr(i, end + 1 - i);
      i = end;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    const bool empty = closes && (json[i - 1] == '{' || json[i - 1] == '[');
    if (closes) --depth;
    if (closes && !empty) new_line();
    out += c;
    if (c == ':') out += ' ';
    if (c == '{' || c == '[') ++depth;
    const bool before_end = (c == '{' || c == '[') && (json[i + 1] == '}' || json[i + 1] == ']');
    if (c == ',' || ((c == '{' || c == '[') && !before_end)) new_line();
  }
  return out + '\n';
}

}  // namespace

std::string job_schema() {
  Members steps;
  for (const StepSpec& spec : step_table()) steps.push_back({spec.name, step_schema(spec)});
  const std::string job = table_of("", job_keys());
  const std::string head =
      object({{"$schema", json_string("https://json-schema.org/draft/2020-12/schema")},
              {"title", json_string("An Adyton job")},
              {"$defs", object(steps)}});
  return laid_out(cat(head.substr(0, head.size() - 1), ',', job.substr(1)));
}

}  // namespace adyton::pipeline
