#include "host/pipeline/config_reader.h"

#include <algorithm>
#include <tuple>

#include "host/base/text.h"
#include "host/pipeline/config_values.h"

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

void report_type(Diagnostics& problems, std::string_view key, std::string_view expected,
                 const TomlValue& value, std::string_view help) {
  std::string way_out(help);
  if (value.at.setting != 0 && expected == "a string") {
    way_out =
        cat("a --set that is to be text whatever it looks like stands in two kinds of quotes: "
            "'KEY=\"text\"'");
  }
  problems.push_back(
      {value.at, cat(key, " takes ", expected, ", not ", value.kind()), std::move(way_out)});
}

void report_choice(Diagnostics& problems, std::string_view key,
                   std::span<const std::string_view> choices, const std::string& text, Place at,
                   std::string_view help) {
  std::vector<std::string> quoted;
  for (const std::string_view choice : choices) quoted.push_back(in_quotes(choice));
  const std::vector<std::string_view> words(quoted.begin(), quoted.end());
  problems.push_back({at, cat(key, " is ", listing(words, "or"), ", not ", in_quotes(text)),
                      suggestion(text, choices, help)});
}

TableReader::TableReader(const TomlTable& table, std::string_view title, Place at,
                         std::span<const KeyRule> rules, Diagnostics& problems)
    : table_(table), title_(title), at_(at), rules_(rules), problems_(problems) {
  for (const TomlEntry& entry : table) {
    const KeyRule* known = rule(entry.key);
    if (known == nullptr) {
      report_unknown(entry);
    } else if (!known->unavailable.empty()) {
      problems.push_back({entry.at, cat(entry.key, " is not available in this version of Adyton"),
                          std::string(known->unavailable)});
    } else if (!check_value(*known, entry, problems)) {
      unsound_.insert(entry.key);
    }
  }
  for (const KeyRule& each : rules) {
    if (each.presence == Presence::required) require(each.name, each.example);
  }
}

const KeyRule* TableReader::rule(std::string_view key) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(),
                                  [key](const KeyRule& each) { return each.name == key; });
  return found == rules_.end() ? nullptr : &*found;
}

void TableReader::report_unknown(const TomlEntry& entry) {
  std::vector<std::string_view> names;
  for (const KeyRule& each : rules_) {
    if (each.unavailable.empty()) names.push_back(each.name);
  }
  const auto meant = did_you_mean(entry.key, names);
  if (meant) meant_.insert(*meant);
  std::string help = meant ? cat("did you mean \"", *meant, "\"?") : whereabouts(entry);
  if (help.empty()) help = cat(title_, " has ", listing(names));
  problems_.push_back({entry.at, complaint(entry), std::move(help)});
}

std::string TableReader::complaint(const TomlEntry& entry) const {
  const bool is_table = entry.value.as<TomlTable>() || entry.value.as<TomlArray>();
  if (holds_tables() && !is_table) return cat("the key ", in_quotes(entry.key), " is in no table");
  return cat(title_, " has no ", noun(entry.key));
}

/// Where the key belongs that stands in the wrong table; empty if it belongs nowhere.
std::string TableReader::whereabouts(const TomlEntry& entry) const {
  std::vector<std::string> homes;
  for (const KeyRule& table : job_keys()) {
    if (table.name == entry.key && !holds_tables()) {
      return cat("it is a table of its own: ", table.example);
    }
    for (const KeyRule& key : table.keys) {
      if (key.name != entry.key || table.kind != KeyKind::table) continue;
      homes.push_back(cat('[', table.name, ']'));
    }
  }
  const bool is_table = entry.value.as<TomlTable>() || entry.value.as<TomlArray>();
  if (homes.empty() || (holds_tables() && is_table)) return {};
  const std::vector<std::string_view> words(homes.begin(), homes.end());
  return cat("it belongs under ", listing(words, "or"));
}

bool TableReader::holds_tables() const {
  return rules_.data() == job_keys().data();
}

std::string TableReader::noun(std::string_view key) const {
  return holds_tables() ? cat("table [", key, ']') : cat("key ", in_quotes(key));
}

const TomlEntry* TableReader::entry(std::string_view key) const {
  const auto found = std::find_if(table_.begin(), table_.end(),
                                  [key](const TomlEntry& entry) { return entry.key == key; });
  return found == table_.end() ? nullptr : &*found;
}

bool TableReader::has(std::string_view key) const {
  return entry(key) != nullptr;
}

const TomlEntry* TableReader::find(std::string_view key) const {
  return unsound_.contains(key) ? nullptr : entry(key);
}

const TomlEntry* TableReader::require(std::string_view key, std::string_view help) {
  if (!has(key) && !meant_.contains(key)) {
    problems_.push_back({at_, cat(title_, " needs the ", noun(key)), std::string(help)});
  }
  return find(key);
}

const std::string* TableReader::required_text(std::string_view key, std::string_view help) {
  const TomlEntry* found = require(key, help);
  if (found == nullptr) return nullptr;
  const auto* text = found->value.as<std::string>();
  if (text == nullptr) report_type(problems_, key, "a string", found->value, help);
  return text;
}

const std::string* TableReader::text(std::string_view key) const {
  const TomlEntry* found = find(key);
  return found == nullptr ? nullptr : found->value.as<std::string>();
}

const bool* TableReader::flag(std::string_view key) const {
  const TomlEntry* found = find(key);
  return found == nullptr ? nullptr : found->value.as<bool>();
}

std::optional<std::uint64_t> TableReader::size(std::string_view key) const {
  const TomlEntry* found = find(key);
  return found == nullptr ? std::nullopt : size_of(found->value);
}

std::vector<const TomlValue*> TableReader::texts(std::string_view key) const {
  std::vector<const TomlValue*> values;
  const TomlEntry* found = find(key);
  if (found == nullptr) return values;
  if (found->value.as<std::string>()) values.push_back(&found->value);
  if (const auto* array = found->value.as<TomlArray>()) {
    for (const TomlValue& element : *array) values.push_back(&element);
  }
  return values;
}

Place TableReader::place(std::string_view key) const {
  return entry(key)->value.at;
}

}  // namespace adyton::pipeline
