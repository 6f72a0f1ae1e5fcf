#include "host/pipeline/toml_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "host/base/text.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

using Problem = std::optional<Diagnostic>;

/// Writes one value after the other behind `out`; stops at the first that JSON cannot express.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  Problem write(const TomlValue& value) {
    at_ = value.at;
    return std::visit([this](const auto& data) { return write(data); }, value.data);
  }

 private:
  Problem write(const std::string& text) {
    json::append_quoted(text, out_);
    return std::nullopt;
  }

  Problem write(std::int64_t number) {
    out_ += cat(number);
    return std::nullopt;
  }

  Problem write(double number) {
    if (!std::isfinite(number)) return Diagnostic{at_, "JSON has no infinities and no NaN", {}};
    // Without an exponent a large number would get digits behind those that tell it apart.
    constexpr double all_digits_tell = 9007199254740992;  // 2^53
    char digits[32];
    char* const end = digits + sizeof digits;
    const auto written = std::abs(number) < all_digits_tell
                             ? std::to_chars(digits, end, number)
                             : std::to_chars(digits, end, number, std::chars_format::scientific);
    const std::string_view text(digits, written.ptr);
    out_ += text;
    // What was written as a decimal number stays one.
    if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
    return std::nullopt;
  }

  Problem write(bool flag) {
    out_ += flag ? "true" : "false";
    return std::nullopt;
  }

  Problem write(const TomlDate&) {
    return Diagnostic{at_, "JSON has no dates and no times", "write it as a string, in quotes"};
  }

  Problem write(const TomlArray& values) {
    out_ += '[';
    for (const TomlValue& value : values) {
      if (&value != &values.front()) out_ += ',';
      if (auto problem = write(value)) return problem;
    }
    out_ += ']';
    return std::nullopt;
  }

  Problem write(const TomlTable& entries) {
    out_ += '{';
    for (const TomlEntry& entry : entries) {
      if (&entry != &entries.front()) out_ += ',';
      json::append_quoted(entry.key, out_);
      out_ += ':';
      if (auto problem = write(entry.value)) return problem;
    }
    out_ += '}';
    return std::nullopt;
  }

  std::string& out_;
  Place at_;
};

TomlTable by_name(TomlTable table) {
  std::sort(table.begin(), table.end(),
            [](const TomlEntry& a, const TomlEntry& b) { return a.key < b.key; });
  return table;
}

}  // namespace

std::variant<std::string, Diagnostic> to_json(const TomlValue& value) {
  std::string text;
  if (auto problem = JsonWriter(text).write(value)) return *std::move(problem);
  return text;
}

std::string canonical_text(const TomlTable& job) {
  TomlTable tables = by_name(job);
  for (TomlEntry& entry : tables) {
    if (auto* keys = std::get_if<TomlTable>(&entry.value.data)) *keys = by_name(std::move(*keys));
    auto* steps = std::get_if<TomlArray>(&entry.value.data);
    if (steps == nullptr) continue;
    for (TomlValue& step : *steps) {
      if (auto* options = std::get_if<TomlTable>(&step.data)) {
        *options = by_name(std::move(*options));
      }
    }
  }
  return std::get<std::string>(to_json({std::move(tables), {}}));
}

}  // namespace adyton::pipeline
