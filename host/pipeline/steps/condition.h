#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"
#include "host/pipeline/steps/decimal.h"
#include "host/pipeline/steps/pattern.h"
#include "modules/json/locate.h"

namespace adyton::pipeline {

/// What a step's `where` says of a record.
enum class Verdict : std::uint8_t {
  none,      // the record is not live
  no,        // the condition is not fulfilled
  yes,       // it is
  absent,    // the field is not there
  repeated,  // a key on the way to the field is repeated, so there is no one answer
};

/// A step's `where`, ready to judge records. Numbers are compared by their exact value, strings by
/// code points; values of different types are neither equal nor in any order, and an object, an
/// array or null is equal to nothing that a job can write. Immutable: any number of threads.
class Condition {
 public:
  /// Precondition: the checker found the condition in order.
  explicit Condition(const ConditionConfig& config);

  const json::Pointer& field() const { return fields_.pointers().front(); }

  /// One verdict for each of the batch's records. What is not JSON dies.
  void judge(Batch& batch, std::vector<Verdict>& verdicts) const;

 private:
  enum class Type : std::uint8_t { null, boolean, number, text, array, object };

  /// A value to compare with.
  struct Operand {
    Type type;
    bool flag;
    std::string text;  // of a string its characters
    Decimal number;
  };

  static Type type_of(std::string_view json);
  static Operand operand(const std::string& json);

  bool fulfilled(std::string_view value, std::string& scratch) const;
  bool matches(std::string_view value, std::string& scratch) const;
  static std::partial_ordering compare(std::string_view value, const Operand& with,
                                       std::string& scratch);

  json::FieldSet fields_;
  ConditionConfig::Operator op_;
  bool negated_;
  std::vector<Operand> operands_;
  std::vector<Pattern> pattern_;  // of `matches`: one
};

}  // namespace adyton::pipeline
