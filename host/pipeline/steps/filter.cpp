// The step that keeps some records and drops the others, by a condition or a Python expression.

#include <array>

#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"
#include "host/pipeline/steps/where.h"

namespace adyton::pipeline {
namespace {

enum class Absent { drop, keep, error };
constexpr std::array<std::string_view, 3> absent_choices = {"drop", "keep", "error"};

class ConditionFilter final : public Step {
 public:
  ConditionFilter(const StepConfig& step, std::uint32_t number)
      : number_(number),
        where_(step.condition("where")),
        absent_(step.text("missing") == "keep"    ? Absent::keep
                : step.text("missing") == "error" ? Absent::error
                                                  : Absent::drop) {}

  Status run(Batch& batch) override {
    std::vector<Verdict> verdicts;
    where_.judge(batch, verdicts);
    for (std::size_t i = 0; i < verdicts.size(); ++i) apply(batch, batch.records[i], verdicts[i]);
    return {};
  }

 private:
  void apply(Batch& batch, Record& record, Verdict verdict) const {
    const std::string& field = where_.field().text();
    if (verdict == Verdict::repeated) {
      batch.kill(record, dead_record(number_, "repeated key", field,
                                     "a key on the way to the field is repeated"));
    } else if (verdict == Verdict::absent && absent_ == Absent::error) {
      batch.kill(record, dead_record(number_, "missing field", field, ""));
    } else if (verdict == Verdict::no || (verdict == Verdict::absent && absent_ == Absent::drop)) {
      batch.drop(record);
    }
  }

  std::uint32_t number_;
  Condition where_;
  Absent absent_;
};

class ExpressionFilter final : public Step {
 public:
  explicit ExpressionFilter(std::unique_ptr<Expression> expression)
      : expression_(std::move(expression)) {}

  Thread thread() const override { return Thread::main; }

  Status run(Batch& batch) override {
    std::vector<char> truths;
    ADYTON_CHECK(expression_->test(batch, truths));
    for (std::size_t i = 0; i < truths.size(); ++i) {
      Record& record = batch.records[i];
      if (record.state == State::live && truths[i] == 0) batch.drop(record);
    }
    return {};
  }

 private:
  std::unique_ptr<Expression> expression_;
};

Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
  if (step.has("where")) return std::unique_ptr<Step>(new ConditionFilter(step, number));
  ADYTON_TRY(auto expression, compile_expression(step, context, number));
  return std::unique_ptr<Step>(new ExpressionFilter(std::move(expression)));
}

void check(const StepConfig& step, std::vector<Diagnostic>& problems) {
  check_exclusive(step, "where", "expr", problems);
  if (!step.has("where") && !step.has("expr")) {
    problems.push_back({step.at, "filter needs the option \"where\" or \"expr\"",
                        "where = { field = \"/status\", op = \"==\", value = \"open\" }"});
  }
  const bool asks =
      step.has("where") && step.condition("where").op != ConditionConfig::Operator::exists;
  if (step.wrote("missing") && !asks) {
    problems.push_back({step.places.find("missing")->second,
                        "missing goes with a where that asks for a value",
                        step.has("where") ? "exists decides about a missing field by itself"
                                          : "the expression decides: record.get('a')"});
  }
}

constexpr std::array filter_options = {
    where_option,
    expr_option("which records, instead of where: those for which it is true"),
    OptionSpec{.name = "missing",
               .kind = OptionKind::choice,
               .doc = "a record without the field that where asks about is dropped, kept, or "
                      "becomes a dead letter",
               .default_value = "drop",
               .choices = absent_choices},
};

}  // namespace

const StepSpec filter_step = {
    .name = "filter",
    .summary = "Keeps the records that fulfil a condition; drops and counts the others",
    .options = filter_options,
    .check = check,
    .make = make,
};

}  // namespace adyton::pipeline
