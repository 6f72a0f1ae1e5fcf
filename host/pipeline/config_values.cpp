#include "host/pipeline/config_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

/// Looks at one value and reports the first thing that is wrong with it.
class ValueChecker {
 public:
  ValueChecker(const KeyRule& rule, const TomlEntry& entry, Diagnostics& problems)
      : rule_(rule), key_(entry.key), entry_(entry), problems_(problems) {}

  bool check() {
    const TomlValue& value = entry_.value;
    switch (rule_.kind) {
      case KeyKind::any:
        return true;
      case KeyKind::text:
        return is_text(value);
      case KeyKind::choice:
        return is_text(value) && is_choice(value);
      case KeyKind::path:
        return is_text(value) && is_path(value);
      case KeyKind::paths:
        return is_paths(value);
      case KeyKind::texts:
        return is_texts(value);
      case KeyKind::flag:
        return value.as<bool>() != nullptr ||
               wrong_type("true or false", value.as<std::string>() ? "without quotes" : "");
      case KeyKind::size:
        return is_size(value);
      case KeyKind::budget:
        return is_budget(value);
      case KeyKind::table:
      case KeyKind::named_tables:
        return value.as<TomlTable>() != nullptr || no_table();
      case KeyKind::steps:
        return value.as<TomlArray>() != nullptr ||
               report(entry_.at, "steps are an array of tables", rule_.example);
    }
    return false;
  }

 private:
  bool report(Place at, std::string message, std::string_view help) {
    problems_.push_back({at, std::move(message), std::string(help)});
    return false;
  }

  bool wrong_type(std::string_view expected, std::string_view help) {
    report_type(problems_, key_, expected, entry_.value, help);
    return false;
  }

  bool no_table() {
    return report(
        entry_.at,
        cat(key_, rule_.kind == KeyKind::table ? " is one table, not " : " holds tables, not ",
            entry_.value.kind()),
        rule_.kind == KeyKind::table ? cat("write [", key_, "] and its keys under it")
                                     : std::string(rule_.example));
  }

  bool is_text(const TomlValue& value) {
    return value.as<std::string>() != nullptr || wrong_type("a string", rule_.example);
  }

  bool is_choice(const TomlValue& value) {
    const auto& text = *value.as<std::string>();
    if (std::find(rule_.choices.begin(), rule_.choices.end(), text) != rule_.choices.end())
      return true;
    report_choice(problems_, key_, rule_.choices, text, value.at, rule_.doc);
    return false;
  }

  /// Not empty, and without a NUL byte, which the operating system would end it at.
  bool is_path(const TomlValue& value) {
    const auto& path = *value.as<std::string>();
    if (path.empty()) return report(value.at, cat(key_, " is empty"), rule_.example);
    if (path.find('\0') == std::string::npos) return true;
    return report(value.at, cat(key_, " holds a NUL character, which no file name can"), "");
  }

  bool is_paths(const TomlValue& value) {
    if (value.as<std::string>() != nullptr) return is_path(value);
    if (value.as<TomlArray>() == nullptr) return wrong_type("an array of strings", rule_.example);
    const bool texts = all_texts(value);
    return all_paths(value) && texts;
  }

  bool is_texts(const TomlValue& value) {
    if (value.as<TomlArray>() == nullptr) return wrong_type("an array of strings", rule_.example);
    return all_texts(value);
  }

  /// Every element that is wrong is reported, not the first alone.
  bool all_texts(const TomlValue& array) {
    const auto& elements = *array.as<TomlArray>();
    bool sound = !elements.empty() || report(array.at, cat(key_, " is empty"), rule_.example);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto* text = elements[i].as<std::string>();
      const auto same = [text](const TomlValue& other) {
        const auto* before = other.as<std::string>();
        return before != nullptr && *before == *text;
      };
      if (text == nullptr) {
        report_type(problems_, key_, "strings", elements[i]);
        sound = false;
      } else if (std::any_of(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(i),
                             same)) {
        sound = report(elements[i].at, cat(in_quotes(*text), " is named twice"), "");
      }
    }
    return sound;
  }

  bool all_paths(const TomlValue& array) {
    bool sound = true;
    for (const TomlValue& element : *array.as<TomlArray>()) {
      if (element.as<std::string>() != nullptr) sound = is_path(element) && sound;
    }
    return sound;
  }

  bool is_size(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (text == nullptr && value.as<std::int64_t>() == nullptr) {
      return wrong_type("a size", rule_.example);
    }
    const auto size = size_of(value);
    if (text != nullptr && !size) {
      return report(value.at, cat(in_quotes(*text), " is not a size"), rule_.example);
    }
    if (size && *size > 0 && *size <= rule_.largest) return true;
    return report(value.at, cat(key_, " must be from 1 byte to ", human_size(rule_.largest)),
                  rule_.example);
  }

  bool is_budget(const TomlValue& value) {
    if (const auto* count = value.as<std::int64_t>()) {
      return *count >= 0 || report(value.at, cat(key_, " cannot be negative"), rule_.example);
    }
    const auto* text = value.as<std::string>();
    if (text == nullptr) return wrong_type("a count or a share", rule_.example);
    return parse_share(*text).has_value() ||
           report(value.at, cat(key_, " cannot be ", in_quotes(*text)), rule_.example);
  }

  const KeyRule& rule_;
  const std::string& key_;
  const TomlEntry& entry_;
  Diagnostics& problems_;
};

}  // namespace

bool check_value(const KeyRule& rule, const TomlEntry& entry, Diagnostics& problems) {
  return ValueChecker(rule, entry, problems).check();
}

std::optional<std::uint64_t> size_of(const TomlValue& value) {
  if (const auto* text = value.as<std::string>()) return parse_size(*text);
  const auto* number = value.as<std::int64_t>();
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double percent = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(percent >= 0 && percent <= 100) || std::signbit(percent)) return std::nullopt;
  return percent / 100;
}

}  // namespace adyton::pipeline
