// The steps that take fields out of a record: drop and keep.

#include <array>

#include "host/pipeline/steps/cut.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

class Drop final : public Step {
 public:
  Drop(const StepConfig& step, std::uint32_t number)
      : number_(number),
        fields_(step.fields("fields")),
        missing_(missing_of(step.text("missing"))) {}

  Status run(Batch& batch) override {
    Cutter cutter;
    edit_each(batch, fields_, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (missing_ == Missing::error && !found.gaps.empty()) {
                  const std::string& field = fields_.pointers()[found.gaps.front().field].text();
                  return batch.kill(record, dead_record(number_, "missing field", field, ""));
                }
                take_out(record, cutter.cut(found.matches), rewrite);
              });
    return {};
  }

 private:
  std::uint32_t number_;
  json::FieldSet fields_;
  Missing missing_;
};

class Keep final : public Step {
 public:
  Keep(const StepConfig& step, std::uint32_t number)
      : number_(number), fields_(step.fields("fields")) {}

  Status run(Batch& batch) override {
    Cutter cutter;
    edit_each(batch, fields_, json::Select::rest,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (!found.matches.empty() && found.matches.front().container == json::no_offset) {
                  return batch.kill(record,
                                    dead_record(number_, "wrong type", "",
                                                "the record is neither an object nor an array"));
                }
                take_out(record, cutter.cut(found.matches), rewrite);
              });
    return {};
  }

 private:
  std::uint32_t number_;
  json::FieldSet fields_;
};

constexpr std::array drop_options = {
    OptionSpec{.name = "fields",
               .kind = OptionKind::fields,
               .doc = "JSON Pointers of what goes; * stands for every element or member",
               .required = true},
    OptionSpec{.name = "missing",
               .kind = OptionKind::choice,
               .doc = "a record without one of the fields becomes a dead letter, or goes on",
               .default_value = "skip",
               .choices = missing_choices},
};
constexpr std::array keep_options = {
    OptionSpec{.name = "fields",
               .kind = OptionKind::fields,
               .doc = "JSON Pointers of what stays; * stands for every element or member",
               .required = true},
};

}  // namespace

const StepSpec drop_step = {
    .name = "drop",
    .summary = "Takes fields out of the record",
    .options = drop_options,
    .make = make_step<Drop>,
};

const StepSpec keep_step = {
    .name = "keep",
    .summary = "Takes everything but some fields out of the record",
    .options = keep_options,
    .make = make_step<Keep>,
};

}  // namespace adyton::pipeline
