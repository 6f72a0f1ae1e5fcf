#include "host/pipeline/steps/condition.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

using Operator = ConditionConfig::Operator;

std::string_view inside(std::string_view quoted) {
  return quoted.substr(1, quoted.size() - 2);
}

/// The characters of a JSON string; `scratch` holds them where they are not as they stand.
std::string_view characters(std::string_view quoted, std::string& scratch) {
  if (quoted.find('\\') == std::string_view::npos) return inside(quoted);
  scratch.clear();
  json::unescape(inside(quoted), scratch);
  return scratch;
}

/// The value of a number that is written as an integer of 64 bits.
std::optional<std::int64_t> small_integer(std::string_view number) {
  std::int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

std::partial_ordering order(std::strong_ordering by) {
  return by;
}

}  // namespace

Condition::Condition(const ConditionConfig& config)
    : fields_(config.field), op_(config.op), negated_(config.negated) {
  for (const std::string& value : config.values) operands_.push_back(operand(value));
  if (op_ == Operator::matches) {
    pattern_.push_back(*Pattern::compile(operands_.front().text));
  }
}

Condition::Type Condition::type_of(std::string_view json) {
  switch (json.front()) {
    case '"':
      return Type::text;
    case '{':
      return Type::object;
    case '[':
      return Type::array;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      return Type::null;
    default:
      return Type::number;
  }
}

Condition::Operand Condition::operand(const std::string& json) {
  const Type type = type_of(json);
  std::string scratch;
  return {type, json == "true", type == Type::text ? std::string(characters(json, scratch)) : json,
          Decimal(type == Type::number ? json : "0")};
}

void Condition::judge(Batch& batch, std::vector<Verdict>& verdicts) const {
  verdicts.assign(batch.records.size(), Verdict::none);
  std::string scratch;
  for_each_located(
      batch, fields_, json::Select::fields, [&](Record& record, const json::Locations& found) {
        Verdict& verdict = verdicts[static_cast<std::size_t>(&record - batch.records.data())];
        if (found.repeated != json::no_offset) {
          verdict = Verdict::repeated;
        } else if (op_ == Operator::exists) {
          verdict = found.matches.empty() == negated_ ? Verdict::yes : Verdict::no;
        } else if (found.matches.empty()) {
          verdict = Verdict::absent;
        } else {
          const json::Match& match = found.matches.front();
          const bool yes = fulfilled(
              batch.text_of(record).substr(match.begin, match.end - match.begin), scratch);
          verdict = yes != negated_ ? Verdict::yes : Verdict::no;
        }
      });
}

bool Condition::fulfilled(std::string_view value, std::string& scratch) const {
  if (op_ == Operator::matches) return matches(value, scratch);
  if (op_ == Operator::in) {
    return std::any_of(operands_.begin(), operands_.end(), [&](const Operand& operand) {
      return compare(value, operand, scratch) == 0;
    });
  }
  const std::partial_ordering by = compare(value, operands_.front(), scratch);
  switch (op_) {
    case Operator::equal:
      return by == 0;
    case Operator::not_equal:
      return by != 0;
    case Operator::less:
      return by < 0;
    case Operator::at_most:
      return by <= 0;
    case Operator::greater:
      return by > 0;
    default:
      return by >= 0;
  }
}

/// A string with half of a surrogate pair in it has no characters that an expression could name.
bool Condition::matches(std::string_view value, std::string& scratch) const {
  if (value.front() != '"') return false;
  const std::string_view text = characters(value, scratch);
  return is_utf8(text) && pattern_.front().is_in(text);
}

std::partial_ordering Condition::compare(std::string_view value, const Operand& with,
                                         std::string& scratch) {
  if (type_of(value) != with.type) return std::partial_ordering::unordered;
  switch (with.type) {
    case Type::text:
      // The order of UTF-8 is that of code points.
      return order(characters(value, scratch).compare(with.text) <=> 0);
    case Type::number: {
      const auto a = small_integer(value);
      const auto b = a ? small_integer(with.text) : std::nullopt;
      return order(b ? *a <=> *b : Decimal(value) <=> with.number);
    }
    case Type::boolean:
      return (value == "true") == with.flag ? std::partial_ordering::equivalent
                                            : std::partial_ordering::unordered;
    default:
      return std::partial_ordering::unordered;
  }
}

}  // namespace adyton::pipeline
