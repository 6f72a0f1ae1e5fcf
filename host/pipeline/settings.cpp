#include "host/pipeline/settings.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

using Parts = std::vector<std::string>;

void stand_at(TomlValue& value, Place at) {
  value.at = at;
  if (auto* array = std::get_if<TomlArray>(&value.data)) {
    for (TomlValue& element : *array) stand_at(element, at);
  } else if (auto* table = std::get_if<TomlTable>(&value.data)) {
    for (TomlEntry& entry : *table) {
      entry.at = at;
      stand_at(entry.value, at);
    }
  }
}

/// The one value that `KEY = VALUE` makes of a TOML document; nullopt if the text is no TOML or
/// makes anything besides.
std::optional<TomlEntry> only_entry(const std::string& toml) {
  auto parsed = parse_toml(toml);
  auto* table = std::get_if<TomlTable>(&parsed);
  if (table == nullptr || table->size() != 1) return std::nullopt;
  return std::move(table->front());
}

/// `a.b."c d"`: its parts; empty if it is no dotted key.
Parts parts_of(const std::string& key) {
  Parts parts;
  if (key.find('\n') != std::string::npos) return parts;
  auto entry = only_entry(cat(key, " = 0"));
  while (entry) {
    parts.push_back(entry->key);
    const auto* inner = entry->value.as<TomlTable>();
    if (inner == nullptr) return parts;
    TomlEntry next = inner->front();
    entry = std::move(next);
  }
  return {};
}

/// In an inline table neither a comment nor a second line can follow unseen.
TomlValue value_of(const std::string& text) {
  auto entry = only_entry(cat("v = { v = ", text, " }"));
  const auto* table = entry ? entry->value.as<TomlTable>() : nullptr;
  if (table != nullptr && table->size() == 1 && table->front().key == "v") {
    return table->front().value;
  }
  return {text, {}};
}

class Setter {
 public:
  Setter(TomlTable& job, Place at, Diagnostics& problems)
      : job_(job), at_(at), problems_(problems) {}

  void set(const Parts& parts, TomlValue value) {
    TomlValue* target = member(job_, parts.front());
    for (std::size_t i = 1; i < parts.size() && target != nullptr; ++i) {
      target = inside(*target, parts[i - 1], parts[i]);
    }
    if (target == nullptr) return;
    stand_at(value, at_);
    *target = std::move(value);
  }

 private:
  /// Of an array the element of that number, of a table the member, made where there is none;
  /// nullptr, reported, where there can be none.
  TomlValue* inside(TomlValue& value, const std::string& name, const std::string& part) {
    if (auto* table = std::get_if<TomlTable>(&value.data)) return member(*table, part);
    auto* array = std::get_if<TomlArray>(&value.data);
    if (array == nullptr) {
      report(cat(name, " is ", value.kind(), ": there is no ", part, " in it"),
             cat("set ", name, " itself"));
      return nullptr;
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error == std::errc{} && end == part.data() + part.size() && number >= 1 &&
        number <= array->size()) {
      return &(*array)[number - 1];
    }
    report(cat(name, " has no number ", in_quotes(part)),
           cat("they are counted from 1, and there ", array->size() == 1 ? "is " : "are ",
               array->size(), " of them"));
    return nullptr;
  }

  TomlValue* member(TomlTable& table, const std::string& key) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&key](const TomlEntry& entry) { return entry.key == key; });
    if (found != table.end()) return &found->value;
    table.push_back({key, at_, {TomlTable{}, at_}});
    return &table.back().value;
  }

  void report(std::string message, std::string help) {
    problems_.push_back({at_, std::move(message), std::move(help)});
  }

  TomlTable& job_;
  Place at_;
  Diagnostics& problems_;
};

}  // namespace

std::vector<std::string> apply_settings(TomlTable& job, std::span<const std::string> settings,
                                        Diagnostics& problems) {
  std::vector<std::string> keys;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    keys.push_back(setting.substr(0, equals));
    const Place at{0, 0, 1, static_cast<std::uint32_t>(keys.size())};
    const Parts parts = parts_of(keys.back());
    if (!is_utf8(setting) || equals == std::string::npos || parts.empty()) {
      problems.push_back({at, cat("--set takes KEY=VALUE, not ", in_quotes(keys.back())),
                          "as in --set job.name=nightly, or --set step.1.missing=skip"});
      continue;
    }
    Setter(job, at, problems).set(parts, value_of(setting.substr(equals + 1)));
  }
  return keys;
}

void name_settings(std::span<const std::string> keys, Diagnostics& problems) {
  for (Diagnostic& problem : problems) {
    if (problem.at.setting == 0 || !problem.origin.empty()) continue;
    problem.origin = cat("--set ", keys[problem.at.setting - 1]);
  }
}

}  // namespace adyton::pipeline
