#include "host/pipeline/config_fields.h"

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

std::optional<json::Pointer> read_pointer(std::string_view option, const TomlValue& value,
                                          const CheckContext& context) {
  const auto* text = value.as<std::string>();
  if (text == nullptr) {
    report_type(context.problems, option, "a JSON pointer in quotes", value,
                cat(option, " = \"/user/email\""));
    return std::nullopt;
  }
  auto parsed = json::Pointer::parse(*text);
  if (!parsed) {
    context.report(value.at, parsed.error().message);
    return std::nullopt;
  }
  if (parsed->tokens().empty()) {
    context.report(value.at, "an empty pointer names the whole record",
                   "name the fields in it: \"/user/email\", or \"/*\" for every member");
    return std::nullopt;
  }
  return *std::move(parsed);
}

void add_field(std::string_view option, const TomlValue& value, const CheckContext& context,
               Pointers& fields) {
  auto field = read_pointer(option, value, context);
  if (!field) return;
  for (const json::Pointer& other : fields) {
    if (other.text() == field->text()) {
      context.report(value.at, cat("the field ", in_quotes(field->text()), " is named twice"));
      return;
    }
    if (json::overlap(other, *field)) {
      context.report(
          value.at,
          cat("the field ", in_quotes(field->text()), " overlaps ", in_quotes(other.text())),
          "name the outer one alone, or put them in two steps");
      return;
    }
  }
  fields.push_back(*std::move(field));
}

}  // namespace

std::optional<Pointers> read_fields(std::string_view option, const TomlValue& value,
                                    const CheckContext& context) {
  const std::size_t problems_before = context.problems.size();
  Pointers fields;
  if (const auto* array = value.as<TomlArray>()) {
    if (array->empty()) {
      context.report(value.at, cat(option, " is empty"), cat(option, " = [\"/user/email\"]"));
    }
    for (const TomlValue& element : *array) add_field(option, element, context, fields);
  } else if (value.as<std::string>() != nullptr) {
    add_field(option, value, context, fields);
  } else {
    report_type(context.problems, option, "an array of JSON pointers", value,
                cat(option, " = [\"/user/email\"]"));
  }
  if (context.problems.size() != problems_before) return std::nullopt;
  return fields;
}

std::optional<Pointers> read_field(std::string_view option, const TomlValue& value,
                                   const CheckContext& context) {
  auto field = read_pointer(option, value, context);
  if (!field) return std::nullopt;
  if (field->has_wildcard()) {
    context.report(value.at, cat(option, " names one field, so there can be no * in it"),
                   "a member that is really called * is written ~2");
    return std::nullopt;
  }
  return Pointers{*std::move(field)};
}

std::optional<Pointers> read_member(std::string_view option, const TomlValue& value,
                                    const CheckContext& context) {
  auto field = read_pointer(option, value, context);
  if (!field) return std::nullopt;
  if (field->tokens().back().any) {
    context.report(value.at, cat(option, " names one member, so it cannot end in *"),
                   "a member that is really called * is written ~2");
    return std::nullopt;
  }
  return Pointers{*std::move(field)};
}

}  // namespace adyton::pipeline
