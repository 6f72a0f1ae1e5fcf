#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/base/text.h"
#include "host/pipeline/steps/condition.h"
#include "host/pipeline/steps/keys.h"
#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {

// What the steps with the options `where` and `expr` share.

inline constexpr OptionSpec where_option = {.name = "where",
                                            .kind = OptionKind::condition,
                                            .doc = "which records: a condition on one field"};

inline constexpr OptionSpec expr_option(std::string_view doc) {
  return {.name = "expr", .kind = OptionKind::expression, .doc = doc};
}

/// The step's expression, compiled. Precondition: it has one. ErrorCode::config at the option's
/// place where it cannot be.
inline Result<std::unique_ptr<Expression>> compile_expression(const StepConfig& step,
                                                              const StepContext& context,
                                                              std::uint32_t number) {
  const std::string where = place_of(step, context, "expr");
  if (context.scripts == nullptr) {
    return Error{ErrorCode::config, "expr needs the interpreter, and none was started", where};
  }
  auto expression = context.scripts->compile({step.text("expr"), step.use, number});
  if (expression) return expression;
  Error error = std::move(expression).error();
  error.where = where;
  return error;
}

/// Reports two options of which a step can have one only.
inline void check_exclusive(const StepConfig& step, std::string_view a, std::string_view b,
                            std::vector<Diagnostic>& problems) {
  if (!step.has(a) || !step.has(b)) return;
  problems.push_back({step.places.find(b)->second, cat(a, " and ", b, " exclude each other"),
                      "write two steps, or say all of it in expr"});
}

}  // namespace adyton::pipeline
