// The steps that change which fields a record has: drop, keep and set.

#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

/// A stretch of a record's text to be taken out, or replaced.
struct Cut {
  std::size_t begin;
  std::size_t end;
};

/// What to take out so that the matches' members go and the commas between the others stay right.
/// Matches are in the order of the text; so are the cuts, and they do not touch one another.
class Cutter {
 public:
  const std::vector<Cut>& cut(const std::vector<json::Match>& matches) {
    cuts_.clear();
    gone_.clear();
    for (const json::Match& match : matches) {
      std::uint32_t& gone = gone_in(match.container);
      const bool neighbour_before = match.position > gone;
      ++gone;
      if (neighbour_before) {
        cuts_.push_back({match.comma, match.end});
      } else {
        cuts_.push_back({match.member, match.next == json::no_offset ? match.end : match.next});
      }
    }
    return cuts_;
  }

 private:
  struct Gone {
    std::uint32_t container;
    std::uint32_t members;
  };

  /// Containers close in reverse order, so the one wanted is near the end.
  std::uint32_t& gone_in(std::uint32_t container) {
    for (auto it = gone_.rbegin(); it != gone_.rend(); ++it) {
      if (it->container == container) return it->members;
    }
    return gone_.emplace_back(Gone{container, 0}).members;
  }

  std::vector<Cut> cuts_;
  std::vector<Gone> gone_;
};

void take_out(const Record& record, const std::vector<Cut>& cuts, Rewrite& rewrite) {
  if (cuts.empty()) return rewrite.keep(record);
  rewrite.begin(record);
  std::size_t done = record.text_begin;
  for (const Cut& cut : cuts) {
    rewrite.copy(done, record.text_begin + cut.begin);
    done = record.text_begin + cut.end;
  }
  rewrite.copy(done, record.text_end);
  rewrite.end();
}

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

class Set final : public Step {
 public:
  Set(const StepConfig& step, std::uint32_t number)
      : number_(number), fields_(step.fields("field")), value_(step.text("value")) {}

  Status run(Batch& batch) override {
    edit_each(batch, fields_, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (!found.gaps.empty()) return insert(batch, record, found.gaps.front(), rewrite);
                replace_values(record, found.matches, rewrite,
                               [&](const json::Match&) { rewrite.append(value_); });
              });
    return {};
  }

 private:
  /// The member is absent from the object at `gap`: it goes in at the end, with the objects that
  /// lead to it.
  void insert(Batch& batch, Record& record, const json::Gap& gap, Rewrite& rewrite) {
    const std::string_view text = batch.text_of(record);
    if (text[gap.begin] != '{') {
      return batch.kill(record,
                        dead_record(number_, "wrong type", fields_.pointers().front().text(),
                                    "there is no object that the field could be set in"));
    }
    std::size_t at = gap.end - 1;
    while (std::string_view(" \t\r\n").find(text[at - 1]) != std::string_view::npos) --at;
    rewrite.begin(record);
    rewrite.copy(record.text_begin, record.text_begin + at);
    if (text[at - 1] != '{') rewrite.append(",");
    rewrite.append(member(gap.depth));
    rewrite.copy(record.text_begin + at, record.text_end);
    rewrite.end();
  }

  std::string member(std::size_t depth) const {
    const auto& tokens = fields_.pointers().front().tokens();
    std::string out;
    for (std::size_t i = depth; i < tokens.size(); ++i) {
      if (i > depth) out += '{';
      json::append_quoted(tokens[i].key, out);
      out += ':';
    }
    out += value_;
    out.append(tokens.size() - 1 - depth, '}');
    return out;
  }

  std::uint32_t number_;
  json::FieldSet fields_;
  std::string value_;
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
constexpr std::array set_options = {
    OptionSpec{.name = "field",
               .kind = OptionKind::field,
               .doc = "the JSON Pointer of the value; objects on the way to it are made",
               .required = true},
    OptionSpec{.name = "value",
               .kind = OptionKind::json,
               .doc = "the value, as TOML writes it",
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

const StepSpec set_step = {
    .name = "set",
    .summary = "Gives a field a value, whether it is there or not",
    .options = set_options,
    .make = make_step<Set>,
};

}  // namespace adyton::pipeline
