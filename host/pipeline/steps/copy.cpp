// The step that puts a value to a second place in the record.

#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/existing.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

class Copy final : public Step {
 public:
  Copy(const StepConfig& step, std::uint32_t number)
      : number_(number),
        fields_(std::array{step.fields("from").front(), step.fields("to").front()}),
        missing_(missing_of(step.text("missing"))),
        existing_(existing_of(step.text("existing"))),
        parents_(step.flag("parents") ? Parents::make : Parents::require) {}

  Status run(Batch& batch) override {
    edit_each(batch, fields_, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (found.repeated != json::no_offset) {
                  return kill(batch, record, "repeated key", found.repeated,
                              "a key on the way to the field is repeated");
                }
                const json::Match* const from = match(found, from_field);
                if (from == nullptr) {
                  if (missing_ == Missing::skip) return rewrite.keep(record);
                  return kill(batch, record, "missing field", from_field, "");
                }
                const std::string_view value =
                    batch.text_of(record).substr(from->begin, from->end - from->begin);
                if (const json::Match* const to = match(found, to_field)) {
                  return put_over(batch, record, *to, value, rewrite);
                }
                add(batch, record, found, value, rewrite);
              });
    return {};
  }

 private:
  static constexpr std::uint32_t from_field = 0;
  static constexpr std::uint32_t to_field = 1;
  enum class Parents { require, make };

  static const json::Match* match(const json::Locations& found, std::uint32_t field) {
    for (const json::Match& match : found.matches) {
      if (match.field == field) return &match;
    }
    return nullptr;
  }

  void kill(Batch& batch, Record& record, std::string kind, std::uint32_t field,
            std::string detail) const {
    batch.kill(record, dead_record(number_, std::move(kind), fields_.pointers()[field].text(),
                                   std::move(detail)));
  }

  void put_over(Batch& batch, Record& record, const json::Match& to, std::string_view value,
                Rewrite& rewrite) const {
    if (existing_ == ExistingField::error) {
      return kill(batch, record, "existing field", to_field, "the field is there already");
    }
    replace_values(record, {to}, rewrite, [&](const json::Match&) { rewrite.append(value); });
  }

  void add(Batch& batch, Record& record, const json::Locations& found, std::string_view value,
           Rewrite& rewrite) const {
    const json::Pointer& to = fields_.pointers()[to_field];
    for (const json::Gap& gap : found.gaps) {
      if (gap.field != to_field) continue;
      if (batch.text_of(record)[gap.begin] == '{' && gap.depth + 1 < to.tokens().size() &&
          parents_ == Parents::require) {
        return kill(batch, record, "missing field", to_field,
                    "the object to put it in is absent: parents = true makes it");
      }
      const std::string_view text = batch.text_of(record);
      if (text[gap.begin] != '{') {
        return kill(batch, record, "wrong type", to_field,
                    "there is no object that the field could be put in");
      }
      const std::size_t at = record.text_begin + end_of_members(text, gap);
      rewrite.begin(record);
      rewrite.copy(record.text_begin, at);
      append_member(text, at - record.text_begin, gap, to, value, rewrite);
      rewrite.copy(at, record.text_end);
      return rewrite.end();
    }
  }

  std::uint32_t number_;
  json::FieldSet fields_;
  Missing missing_;
  ExistingField existing_;
  Parents parents_;
};

void check(const StepConfig& step, std::vector<Diagnostic>& problems) {
  const json::Pointer& from = step.fields("from").front();
  const json::Pointer& to = step.fields("to").front();
  if (!json::overlap(from, to)) return;
  problems.push_back({step.places.find("to")->second,
                      from.text() == to.text() ? std::string("to and from are the same field")
                                               : cat("to ", in_quotes(to.text()), " and from ",
                                                     in_quotes(from.text()), " lie in one another"),
                      "a value goes to a place outside of itself"});
}

constexpr std::array copy_options = {
    OptionSpec{.name = "from",
               .kind = OptionKind::field,
               .doc = "the JSON Pointer of the value",
               .required = true},
    OptionSpec{.name = "to",
               .kind = OptionKind::field,
               .doc = "the JSON Pointer of where it goes, too",
               .required = true},
    OptionSpec{.name = "parents",
               .kind = OptionKind::flag,
               .doc = "whether objects on the way to it are made, or must be there",
               .default_value = "false"},
    existing_option,
    OptionSpec{.name = "missing",
               .kind = OptionKind::choice,
               .doc = "a record without the value becomes a dead letter, or goes on",
               .default_value = "error",
               .choices = missing_choices},
};

}  // namespace

const StepSpec copy_step = {
    .name = "copy",
    .summary = "Puts a value, byte for byte, to a second place in the record",
    .options = copy_options,
    .check = check,
    .make = make_step<Copy>,
};

}  // namespace adyton::pipeline
