#include "host/pipeline/config_condition.h"

#include <algorithm>
#include <array>

#include "host/base/text.h"
#include "host/pipeline/config_fields.h"
#include "host/pipeline/steps/pattern.h"
#include "host/pipeline/toml_json.h"

namespace adyton::pipeline {
namespace {

using Operator = ConditionConfig::Operator;

// In the order of Operator.
constexpr std::array<std::string_view, 9> operators = {"==", "!=", "<",      "<=",     ">",
                                                       ">=", "in", "exists", "matches"};
constexpr std::array<KeyRule, 4> keys = {{
    {.name = "field", .doc = "A JSON Pointer without *"},
    {.name = "op", .doc = "How the field is compared", .choices = operators},
    {.name = "value", .doc = "What the field is compared with; of in, an array"},
    {.name = "not", .kind = KeyKind::flag, .doc = "Whether the opposite is asked"},
}};
constexpr std::string_view example = "{ field = \"/status\", op = \"==\", value = \"open\" }";

bool orders(Operator op) {
  return op == Operator::less || op == Operator::at_most || op == Operator::greater ||
         op == Operator::at_least;
}

bool is_number(const TomlValue& value) {
  return value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr;
}
bool is_text(const TomlValue& value) {
  return value.as<std::string>() != nullptr;
}

class ConditionReader {
 public:
  ConditionReader(std::string_view option, const TomlTable& table, Place at,
                  const CheckContext& context)
      : reader_(table, option, at, keys, context.problems), context_(context) {}

  ConditionConfig read() {
    if (const TomlEntry* field = reader_.require("field", cat("where = ", example))) {
      if (auto read = read_field("field", field->value, context_)) condition_.field = *read;
    }
    const bool known = read_operator();
    if (const bool* negated = reader_.flag("not")) condition_.negated = *negated;
    if (known) read_value();
    return std::move(condition_);
  }

 private:
  bool read_operator() {
    const std::string* op = reader_.required_text("op", cat("where = ", example));
    if (op == nullptr) return false;
    const auto found = std::find(operators.begin(), operators.end(), *op);
    if (found == operators.end()) {
      context_.report(reader_.find("op")->value.at, cat("there is no operator ", in_quotes(*op)),
                      suggestion(*op, operators, cat("the operators are ", listing(operators))));
      return false;
    }
    condition_.op = static_cast<Operator>(found - operators.begin());
    return true;
  }

  void read_value() {
    if (condition_.op == Operator::exists) {
      if (const TomlEntry* value = reader_.find("value")) {
        context_.report(value->at, "exists takes no value",
                        "whether the field is null or not, it is there");
      }
      return;
    }
    const TomlEntry* entry = reader_.require("value", cat("where = ", example));
    if (entry == nullptr) return;
    if (condition_.op == Operator::in) return read_list(entry->value);
    if (condition_.op == Operator::matches) return read_pattern(entry->value);
    if (orders(condition_.op) && !is_number(entry->value) && !is_text(entry->value)) {
      return report_type(context_.problems, "value", "a number or a string", entry->value,
                         "nothing else has an order");
    }
    add_scalar(entry->value);
  }

  void read_list(const TomlValue& value) {
    const auto* list = value.as<TomlArray>();
    if (list == nullptr) {
      return report_type(context_.problems, "value", "an array (the operator is in)", value,
                         "value = [\"open\", \"new\"]");
    }
    if (list->empty()) {
      context_.report(value.at, "value is empty: nothing is in it", "value = [\"open\", \"new\"]");
    }
    for (const TomlValue& element : *list) add_scalar(element);
  }

  void read_pattern(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (text == nullptr) {
      return report_type(context_.problems, "value", "a regular expression in quotes", value);
    }
    if (const auto pattern = Pattern::compile(*text); !pattern) {
      return context_.report(value.at, pattern.error().message,
                             "the syntax is RE2's; a backslash needs no second one in '…'");
    }
    add_scalar(value);
  }

  void add_scalar(const TomlValue& value) {
    if (value.as<TomlArray>() != nullptr || value.as<TomlTable>() != nullptr) {
      return report_type(context_.problems, "value", "a string, a number or true or false", value,
                         "arrays and objects can be compared in a Python expression: expr = …");
    }
    auto json = to_json(value);
    if (auto* text = std::get_if<std::string>(&json)) {
      condition_.values.push_back(std::move(*text));
    } else {
      context_.problems.push_back(std::get<Diagnostic>(std::move(json)));
    }
  }

  TableReader reader_;
  const CheckContext& context_;
  ConditionConfig condition_;
};

}  // namespace

std::span<const KeyRule> condition_keys() {
  return keys;
}

std::optional<ConditionConfig> read_condition(std::string_view option, const TomlValue& value,
                                              const CheckContext& context) {
  const auto* table = value.as<TomlTable>();
  if (table == nullptr) {
    report_type(context.problems, option, "a table", value, cat(option, " = ", example));
    return std::nullopt;
  }
  const std::size_t problems_before = context.problems.size();
  ConditionConfig condition = ConditionReader(option, *table, value.at, context).read();
  if (context.problems.size() != problems_before) return std::nullopt;
  return condition;
}

}  // namespace adyton::pipeline
