#include "host/cli/steps.h"

#include <vector>

#include "host/base/text.h"
#include "host/cli/options.h"
#include "host/pipeline/config_schema.h"

namespace adyton::cli {
namespace {

using pipeline::OptionKind;
using pipeline::OptionSpec;

std::string kind_text(const OptionSpec& option) {
  switch (option.kind) {
    case OptionKind::text:
      return "string";
    case OptionKind::choice: {
      std::string text;
      for (const std::string_view choice : option.choices) {
        text += cat(text.empty() ? "" : " or ", in_quotes(choice));
      }
      return text;
    }
    case OptionKind::flag:
      return "true or false";
    case OptionKind::number:
      return "integer from 0";
    case OptionKind::fields:
      return "one JSON pointer or an array of them, * for every element";
    case OptionKind::field:
      return "one JSON pointer without *";
    case OptionKind::keyring:
      return "name of a [keyring.NAME]";
    case OptionKind::call:
      return "\"path/to/script.py:function\"";
    case OptionKind::json:
      return "any value that JSON has";
    case OptionKind::member:
      return "one JSON pointer, * for every element but not last";
    case OptionKind::share:
      return "number from 0 to 1";
    case OptionKind::condition:
      return "{ field = pointer without *, op = ==, !=, <, <=, >, >=, in, exists or matches, "
             "value, "
             "not = true }";
    case OptionKind::expression:
      return "a Python expression";
  }
  return {};
}

std::string option_text(const OptionSpec& option) {
  std::string note = option.required ? "; required" : "";
  if (!option.default_value.empty()) note = cat("; default ", in_quotes(option.default_value));
  return cat("  ", option.name, "  (", kind_text(option), note, ")\n      ", option.doc, '\n');
}

}  // namespace

std::string step_text(const pipeline::StepSpec& step) {
  std::string text = cat(step.name, ": ", step.summary, '\n');
  for (const OptionSpec& option : step.options) text += option_text(option);
  return text;
}

int steps_command(std::span<const std::string> args, Os&) {
  std::string text;
  std::vector<std::string_view> names;
  for (const pipeline::StepSpec& step : pipeline::step_table()) {
    names.push_back(step.name);
    text += cat(text.empty() ? "" : "\n", step_text(step));
  }
  if (args.size() == 1 && args.front() == "--help") {
    text =
        "usage: adyton steps [STEP | --json-schema]\n"
        "The steps that a job can use, with their options; or the JSON Schema of a whole job "
        "file,\n"
        "for editors that complete and check TOML.\n";
  } else if (args.size() == 1 && args.front() == "--json-schema") {
    text = pipeline::job_schema();
  } else if (args.size() == 1 && pipeline::find_step(args.front()) != nullptr) {
    text = step_text(*pipeline::find_step(args.front()));
  } else if (args.size() == 1) {
    const auto meant = did_you_mean(args.front(), names);
    complain("steps", cat("there is no step ", in_quotes(args.front()),
                          meant ? cat("; did you mean ", *meant, "?") : std::string()));
    return exit_usage;
  } else if (args.size() > 1) {
    complain("steps", "takes the name of one step, or nothing");
    return exit_usage;
  }
  return print(text) ? exit_done : exit_failed;
}

}  // namespace adyton::cli
