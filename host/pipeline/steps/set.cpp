// The step that gives a field a value: a constant, or what a Python expression gives.

#include <array>
#include <optional>

#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"
#include "host/pipeline/steps/where.h"

namespace adyton::pipeline {
namespace {

/// What both kinds share: where the value goes.
class Target {
 public:
  Target(const StepConfig& step, std::uint32_t number)
      : number_(number), fields_(step.fields("field")) {}

  std::uint32_t number() const { return number_; }

  /// Puts what value(index of the record) gives, a string_view, into every live record; one for
  /// which it gives nullopt stays as it is.
  template <class Value>
  void fill(Batch& batch, Value&& value) const {
    edit_each(batch, fields_, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                const std::optional<std::string_view> text =
                    value(static_cast<std::size_t>(&record - batch.records.data()));
                if (!text) return rewrite.keep(record);
                put(batch, record, found, *text, rewrite);
              });
  }

 private:
  void put(Batch& batch, Record& record, const json::Locations& found, std::string_view value,
           Rewrite& rewrite) const {
    const json::Pointer& field = fields_.pointers().front();
    if (!put_value(batch, record, found, field, value, rewrite)) {
      batch.kill(record, dead_record(number_, "wrong type", field.text(),
                                     "there is no object that the field could be set in"));
    }
  }

  std::uint32_t number_;
  json::FieldSet fields_;
};

class SetConstant final : public Step {
 public:
  SetConstant(const StepConfig& step, std::uint32_t number)
      : target_(step, number), value_(step.text("value")) {
    if (step.has("where")) where_.emplace(step.condition("where"));
  }

  Status run(Batch& batch) override {
    std::vector<Verdict> verdicts;
    if (where_) judge(batch, verdicts);
    target_.fill(batch, [&](std::size_t record) -> std::optional<std::string_view> {
      if (where_ && verdicts[record] != Verdict::yes) return std::nullopt;
      return value_;
    });
    return {};
  }

 private:
  void judge(Batch& batch, std::vector<Verdict>& verdicts) const {
    where_->judge(batch, verdicts);
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      if (verdicts[i] != Verdict::repeated) continue;
      batch.kill(batch.records[i],
                 dead_record(target_.number(), "repeated key", where_->field().text(),
                             "a key on the way to the field is repeated"));
    }
  }

  Target target_;
  std::string value_;
  std::optional<Condition> where_;
};

class SetExpression final : public Step {
 public:
  SetExpression(const StepConfig& step, std::uint32_t number,
                std::unique_ptr<Expression> expression)
      : target_(step, number), expression_(std::move(expression)) {}

  Thread thread() const override { return Thread::main; }

  Status run(Batch& batch) override {
    std::vector<std::string> values;
    ADYTON_CHECK(expression_->evaluate(batch, values));
    target_.fill(
        batch, [&](std::size_t record) { return std::optional<std::string_view>(values[record]); });
    return {};
  }

 private:
  Target target_;
  std::unique_ptr<Expression> expression_;
};

Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
  if (step.has("value")) return std::unique_ptr<Step>(new SetConstant(step, number));
  ADYTON_TRY(auto expression, compile_expression(step, context, number));
  return std::unique_ptr<Step>(new SetExpression(step, number, std::move(expression)));
}

void check(const StepConfig& step, std::vector<Diagnostic>& problems) {
  check_exclusive(step, "value", "expr", problems);
  check_exclusive(step, "where", "expr", problems);
  if (!step.has("value") && !step.has("expr")) {
    problems.push_back({step.at, "set needs the option \"value\" or \"expr\"",
                        "value = 3, or expr = \"record['a'] + 1\""});
  }
}

constexpr std::array set_options = {
    OptionSpec{.name = "field",
               .kind = OptionKind::field,
               .doc = "the JSON Pointer of the value; objects on the way to it are made",
               .required = true},
    OptionSpec{.name = "value", .kind = OptionKind::json, .doc = "the value, as TOML writes it"},
    expr_option("the value, instead of value: what the expression gives for the record"),
    where_option,
};

}  // namespace

const StepSpec set_step = {
    .name = "set",
    .summary = "Gives a field a value, whether it is there or not",
    .options = set_options,
    .check = check,
    .make = make,
};

}  // namespace adyton::pipeline
