#include "host/pipeline/config_reader.h"

#include <algorithm>
#include <tuple>

#include "host/base/text.h"

namespace adyton::pipeline {

void sort_by_place(Diagnostics& problems) {
  const auto key = [](const Diagnostic& problem) {
    return std::tuple(problem.at.line == 0, problem.at.line, problem.at.column);
  };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates,
                       std::string_view other) {
  if (const auto meant = did_you_mean(word, candidates))
    return cat("did you mean \"", *meant, "\"?");
  return std::string(other);
}

std::string listing(std::span<const std::string_view> words, std::string_view last_word) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? cat(' ', last_word, ' ') : ", ";
    text += words[i];
  }
  return text;
}

TableReader::TableReader(const TomlTable& table, std::string_view title, Place at,
                         std::span<const KeyRule> rules, Diagnostics& problems, Holds holds)
    : table_(table), title_(title), at_(at), holds_(holds), problems_(problems) {
  for (const TomlEntry& entry : table) report_unknown(entry, rules);
}

void TableReader::report_unknown(const TomlEntry& entry, std::span<const KeyRule> rules) {
  std::vector<std::string_view> names;
  for (const KeyRule& rule : rules) {
    if (rule.name == entry.key) {
      if (rule.unavailable.empty()) return;
      problems_.push_back({entry.at, cat(entry.key, " is not available in this version of Adyton"),
                           std::string(rule.unavailable)});
      return;
    }
    if (rule.unavailable.empty()) names.push_back(rule.name);
  }
  if (const auto meant = did_you_mean(entry.key, names)) meant_.insert(*meant);
  problems_.push_back({entry.at, cat(title_, " has no ", noun(entry.key)),
                       suggestion(entry.key, names, cat(title_, " has ", listing(names)))});
}

std::string TableReader::noun(std::string_view key) const {
  return holds_ == Holds::tables ? cat("table [", key, ']') : cat("key ", in_quotes(key));
}

const TomlEntry* TableReader::find(std::string_view key) const {
  const auto found = std::find_if(table_.begin(), table_.end(),
                                  [key](const TomlEntry& entry) { return entry.key == key; });
  return found == table_.end() ? nullptr : &*found;
}

const TomlEntry* TableReader::require(std::string_view key, std::string_view help) {
  const TomlEntry* entry = find(key);
  if (entry == nullptr && !meant_.contains(key)) {
    problems_.push_back({at_, cat(title_, " needs the ", noun(key)), std::string(help)});
  }
  return entry;
}

const std::string* TableReader::text_of(const TomlEntry* entry, std::string_view help) {
  if (entry == nullptr) return nullptr;
  const auto* text = entry->value.as<std::string>();
  if (text == nullptr) report_type(problems_, entry->key, "a string", entry->value, help);
  return text;
}

const std::string* TableReader::text(std::string_view key, std::string_view help) {
  return text_of(find(key), help);
}

const std::string* TableReader::required_text(std::string_view key, std::string_view help) {
  return text_of(require(key, help), help);
}

const bool* TableReader::flag(std::string_view key) {
  const TomlEntry* entry = find(key);
  if (entry == nullptr) return nullptr;
  const bool* flag = entry->value.as<bool>();
  if (flag == nullptr) {
    report_type(problems_, key, "true or false", entry->value,
                entry->value.as<std::string>() ? "without quotes" : "");
  }
  return flag;
}

void report_type(Diagnostics& problems, std::string_view key, std::string_view expected,
                 const TomlValue& value, std::string_view help) {
  problems.push_back(
      {value.at, cat(key, " takes ", expected, ", not ", value.kind()), std::string(help)});
}

}  // namespace adyton::pipeline
