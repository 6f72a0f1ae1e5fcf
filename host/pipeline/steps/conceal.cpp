// The steps that make values unreadable for good: redact and mask.

#include <array>
#include <vector>

#include "host/base/text.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

/// What redact and mask share: which values, and what a record without them is.
struct Concealed {
  Concealed(const StepConfig& step, std::uint32_t number_of_step)
      : number(number_of_step),
        fields(step.fields("fields")),
        missing(missing_of(step.text("missing"))) {}

  const std::string& name(std::uint32_t field) const { return fields.pointers()[field].text(); }

  /// Kills a record in which a field is missing or on whose way to a field a key is repeated.
  bool refuses(Batch& batch, Record& record, const json::Locations& found) const {
    if (found.repeated != json::no_offset) {
      batch.kill(record, dead_record(number, "repeated key", name(found.repeated),
                                     "a key on the way to the field is repeated"));
    } else if (missing == Missing::error && !found.gaps.empty()) {
      batch.kill(record, dead_record(number, "missing field", name(found.gaps.front().field), ""));
    }
    return record.state == State::dead;
  }

  std::uint32_t number;
  json::FieldSet fields;
  Missing missing;
};

class Redact final : public Step {
 public:
  Redact(const StepConfig& step, std::uint32_t number)
      : what_(step, number), with_(step.text("with")) {}

  Status run(Batch& batch) override {
    edit_each(batch, what_.fields, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (what_.refuses(batch, record, found)) return;
                replace_values(record, found.matches, rewrite, [&](const json::Match& match) {
                  rewrite.append(with_);
                  batch.count_value(match.field);
                });
              });
    return {};
  }

 private:
  Concealed what_;
  std::string with_;
};

/// Makes `out` the string with a mask in the place of each character, but for some at its ends. One
/// that is no longer than what would be shown is masked whole.
void put_masked(std::string_view text, std::size_t first, std::size_t last, std::string_view mask,
                std::string& out) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); i += utf8_sequence(text.substr(i))) ++length;
  const bool whole = length <= first + last;
  out.clear();
  std::size_t index = 0;
  for (std::size_t i = 0; i < text.size(); ++index) {
    const std::size_t size = utf8_sequence(text.substr(i));
    const bool shown = !whole && (index < first || index >= length - last);
    out += shown ? text.substr(i, size) : mask;
    i += size;
  }
}

/// The characters of a record's values. Used for record after record, so that its strings keep
/// their memory.
class Characters {
 public:
  void clear() { count_ = 0; }
  /// An empty string, behind the others.
  std::string& add() {
    if (count_ == strings_.size()) strings_.emplace_back();
    strings_[count_].clear();
    return strings_[count_++];
  }
  const std::string& operator[](std::size_t index) const { return strings_[index]; }

 private:
  std::vector<std::string> strings_;
  std::size_t count_ = 0;
};

class Mask final : public Step {
 public:
  Mask(const StepConfig& step, std::uint32_t number)
      : what_(step, number),
        first_(static_cast<std::size_t>(step.number("first"))),
        last_(static_cast<std::size_t>(step.number("last"))),
        mask_(step.text("with")) {}

  Status run(Batch& batch) override {
    Characters characters;
    std::string masked;
    std::string quoted;
    edit_each(batch, what_.fields, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (what_.refuses(batch, record, found)) return;
                if (!unescape(batch, record, found, characters)) return;
                std::size_t next = 0;
                replace_values(record, found.matches, rewrite, [&](const json::Match& match) {
                  batch.count_value(match.field);
                  put_masked(characters[next++], first_, last_, mask_, masked);
                  quoted.clear();
                  json::append_quoted(masked, quoted);
                  rewrite.append(quoted);
                });
              });
    return {};
  }

 private:
  /// The values' characters; kills the record if one is no string of characters.
  bool unescape(Batch& batch, Record& record, const json::Locations& found,
                Characters& characters) const {
    characters.clear();
    const std::string_view text = batch.text_of(record);
    for (const json::Match& match : found.matches) {
      if (text[match.begin] != '"' ||
          !json::unescape(text.substr(match.begin + 1, match.end - match.begin - 2),
                          characters.add())) {
        batch.kill(record, dead_record(what_.number, "wrong type", what_.name(match.field),
                                       "only a string can be masked: use redact"));
        return false;
      }
    }
    return true;
  }

  Concealed what_;
  std::size_t first_;
  std::size_t last_;
  std::string mask_;
};

constexpr std::array redact_options = {
    protected_fields_option,
    OptionSpec{.name = "with",
               .kind = OptionKind::json,
               .doc = "what stands there instead, as TOML writes it",
               .default_value = "\"[redacted]\""},
    protected_missing_option,
};

constexpr std::array mask_options = {
    protected_fields_option,
    OptionSpec{.name = "first",
               .kind = OptionKind::number,
               .doc = "how many characters at the beginning stay",
               .default_value = "0"},
    OptionSpec{
        .name = "last",
        .kind = OptionKind::number,
        .doc = "how many characters at the end stay; a string no longer than both is masked whole",
        .default_value = "4"},
    OptionSpec{.name = "with",
               .kind = OptionKind::text,
               .doc = "what stands in the place of each other character",
               .default_value = "*"},
    protected_missing_option,
};

}  // namespace

const StepSpec redact_step = {
    .name = "redact",
    .summary = "Puts one and the same value in the place of values",
    .options = redact_options,
    .protects = true,
    .make = make_step<Redact>,
};

const StepSpec mask_step = {
    .name = "mask",
    .summary = "Hides the characters of strings, but for some at their ends",
    .options = mask_options,
    .protects = true,
    .make = make_step<Mask>,
};

}  // namespace adyton::pipeline
