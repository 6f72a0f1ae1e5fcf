#include "host/pipeline/variables.h"

#include <algorithm>
#include <cstdlib>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

bool is_variable_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && !digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

class Expander {
 public:
  Expander(const Environment& environment, std::vector<Diagnostic>& problems)
      : environment_(environment), problems_(problems) {}

  void expand(TomlTable& table) {
    for (TomlEntry& entry : table) expand(entry.value);
  }

  std::vector<Expansion> take() { return std::move(expansions_); }

 private:
  void expand(TomlValue& value) {
    if (auto* text = std::get_if<std::string>(&value.data)) {
      expand(*text, value.at);
    } else if (auto* array = std::get_if<TomlArray>(&value.data)) {
      for (TomlValue& element : *array) expand(element);
    } else if (auto* table = std::get_if<TomlTable>(&value.data)) {
      expand(*table);
    }
  }

  void expand(std::string& text, Place at) {
    if (text.find("${") == std::string::npos) return;
    Expansion expansion{at, text, {}};
    const std::size_t problems_before = problems_.size();
    std::string_view rest = text;
    while (!rest.empty()) {
      if (rest.starts_with("$${")) {
        expansion.value += "${";
        rest.remove_prefix(3);
      } else if (rest.starts_with("${")) {
        const std::size_t end = std::min(rest.find('}'), rest.size());
        append_variable(rest.substr(2, end - 2), end < rest.size(), expansion);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      } else {
        expansion.value += rest.front();
        rest.remove_prefix(1);
      }
    }
    expansion.complete = problems_.size() == problems_before;
    if (expansion.complete) text = expansion.value;
    expansions_.push_back(std::move(expansion));
  }

  /// `inside`: what stands between the braces.
  void append_variable(std::string_view inside, bool closed, Expansion& expansion) {
    const std::size_t dash = inside.find(":-");
    const std::string name(inside.substr(0, dash));
    if (!closed || !is_variable_name(name)) {
      return report(expansion.at,
                    closed ? cat("${ begins a variable, and ", in_quotes(name), " cannot name one")
                           : "${ begins a variable, and there is no } behind it",
                    "the forms are ${NAME} and ${NAME:-default}; write $${ for the characters ${");
    }
    const auto value = environment_(name);
    if (value && !is_utf8(*value)) {
      return report(expansion.at, cat("what the variable ", name, " holds is not UTF-8"),
                    "a job is UTF-8, and so is what is put into it");
    }
    if (value && (!value->empty() || dash == std::string_view::npos)) {
      expansion.value += *value;
    } else if (dash != std::string_view::npos) {
      expansion.value += inside.substr(dash + 2);
    } else {
      report(expansion.at, cat("the variable ", name, " is not set"),
             cat("set it (export ", name, "=…), or say what to take without it: ${", name,
                 ":-default}"));
    }
  }

  void report(Place at, std::string message, std::string help) {
    problems_.push_back({at, std::move(message), std::move(help)});
  }

  const Environment& environment_;
  std::vector<Diagnostic>& problems_;
  std::vector<Expansion> expansions_;
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

/// A message that quotes the value may have it once more, with a slash before it, say.
void conceal(const Expansion& expansion, Diagnostic& problem) {
  constexpr std::size_t shortest = 4;  // what is shorter may be a part of any word
  std::string value = in_quotes(expansion.value);
  std::string written = in_quotes(expansion.written);
  if (problem.message.find(value) == std::string::npos) return;
  if (expansion.value.size() >= shortest) {
    value = value.substr(1, value.size() - 2);
    written = written.substr(1, written.size() - 2);
    replace_all(problem.help, expansion.value, written);
  }
  replace_all(problem.message, value, written);
  replace_all(problem.help, value, written);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::vector<Expansion> expand_variables(TomlTable& job, const Environment& environment,
                                        std::vector<Diagnostic>& problems) {
  Expander expander(environment, problems);
  expander.expand(job);
  return expander.take();
}

void conceal_values(const std::vector<Expansion>& expansions, std::vector<Diagnostic>& problems) {
  for (const Expansion& expansion : expansions) {
    if (!expansion.complete) {
      std::erase_if(problems, [&](const Diagnostic& each) { return each.at == expansion.at; });
      continue;
    }
    for (Diagnostic& problem : problems) {
      if (problem.at == expansion.at) conceal(expansion, problem);
    }
  }
}

}  // namespace adyton::pipeline
