// The step that gives a member another key.

#include <algorithm>
#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/existing.h"
#include "host/pipeline/steps/paths.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

/// The pointer to the member of that key beside the field.
json::Pointer sibling(const json::Pointer& field, std::string_view key) {
  std::string text = field.text().substr(0, field.text().rfind('/') + 1);
  append_token(key, text);
  return *json::Pointer::parse(text);
}

/// A stretch of a record's text and what stands there instead: the new key, or nothing.
struct Change {
  std::size_t begin;
  std::size_t end;
  bool is_key;
};

class Rename final : public Step {
 public:
  Rename(const StepConfig& step, std::uint32_t number)
      : number_(number),
        fields_(std::array{step.fields("field").front(),
                           sibling(step.fields("field").front(), step.text("to"))}),
        missing_(missing_of(step.text("missing"))),
        existing_(existing_of(step.text("existing"))) {
    json::append_quoted(step.text("to"), key_);
  }

  Status run(Batch& batch) override {
    std::vector<Change> changes;
    edit_each(batch, fields_, json::Select::fields,
              [&](Record& record, const json::Locations& found, Rewrite& rewrite) {
                if (refuses(batch, record, found)) return;
                changes.clear();
                for (const json::Match& match : found.matches) {
                  if (match.field != old_field) continue;
                  if (!change(batch, record, found, match, changes)) return;
                }
                write(record, changes, rewrite);
              });
    return {};
  }

 private:
  static constexpr std::uint32_t old_field = 0;
  static constexpr std::uint32_t new_field = 1;

  const std::string& name() const { return fields_.pointers()[old_field].text(); }

  void kill(Batch& batch, Record& record, std::string kind, std::string detail) const {
    batch.kill(record, dead_record(number_, std::move(kind), name(), std::move(detail)));
  }

  bool refuses(Batch& batch, Record& record, const json::Locations& found) const {
    if (found.repeated != json::no_offset) {
      kill(batch, record, "repeated key", "a key on the way to the field is repeated");
      return true;
    }
    const bool gap = std::any_of(found.gaps.begin(), found.gaps.end(),
                                 [](const json::Gap& g) { return g.field == old_field; });
    if (gap && missing_ == Missing::error) {
      kill(batch, record, "missing field", "");
      return true;
    }
    return false;
  }

  /// Adds what the renaming of one member changes; false if the record died of it.
  bool change(Batch& batch, Record& record, const json::Locations& found, const json::Match& match,
              std::vector<Change>& changes) const {
    const std::string_view text = batch.text_of(record);
    if (text[match.container] != '{') {
      kill(batch, record, "wrong type", "an element of an array has no key");
      return false;
    }
    std::size_t key_end = match.member;
    bool escaped = false;
    (void)json::skip_string(text, key_end, escaped);
    const Change key{match.member, key_end, true};
    const auto other =
        std::find_if(found.matches.begin(), found.matches.end(), [&](const json::Match& candidate) {
          return candidate.field == new_field && candidate.container == match.container;
        });
    if (other == found.matches.end()) {
      changes.push_back(key);
      return true;
    }
    if (existing_ == ExistingField::error) {
      kill(batch, record, "existing field", "the object has a member of the new key already");
      return false;
    }
    // Not the only member, so it goes with one comma: the one before it, or that behind it.
    const Change gone = other->comma != json::no_offset ? Change{other->comma, other->end, false}
                                                        : Change{other->member, other->next, false};
    changes.push_back(gone.begin < key.begin ? gone : key);
    changes.push_back(gone.begin < key.begin ? key : gone);
    return true;
  }

  void write(const Record& record, const std::vector<Change>& changes, Rewrite& rewrite) const {
    if (changes.empty()) return rewrite.keep(record);
    rewrite.begin(record);
    std::size_t done = record.text_begin;
    for (const Change& change : changes) {
      rewrite.copy(done, record.text_begin + change.begin);
      if (change.is_key) rewrite.append(key_);
      done = record.text_begin + change.end;
    }
    rewrite.copy(done, record.text_end);
    rewrite.end();
  }

  std::uint32_t number_;
  json::FieldSet fields_;
  Missing missing_;
  ExistingField existing_;
  std::string key_;  // quoted
};

void check(const StepConfig& step, std::vector<Diagnostic>& problems) {
  const std::string& to = step.text("to");
  const Place at = step.places.find("to")->second;
  if (to.starts_with('/')) {
    problems.push_back({at, "to is a key of the same object, not a pointer",
                        "to move a value elsewhere use copy, then drop"});
  } else if (to == step.fields("field").front().tokens().back().key) {
    problems.push_back({at, "the field is called that already", ""});
  }
}

constexpr std::array rename_options = {
    OptionSpec{.name = "field",
               .kind = OptionKind::member,
               .doc = "the JSON Pointer of the member",
               .required = true},
    OptionSpec{.name = "to",
               .kind = OptionKind::text,
               .doc = "its new key, in the same object",
               .required = true},
    existing_option,
    OptionSpec{.name = "missing",
               .kind = OptionKind::choice,
               .doc = "a record without the field becomes a dead letter, or goes on",
               .default_value = "error",
               .choices = missing_choices},
};

}  // namespace

const StepSpec rename_step = {
    .name = "rename",
    .summary = "Gives a member another key, where it stands",
    .options = rename_options,
    .check = check,
    .make = make_step<Rename>,
};

}  // namespace adyton::pipeline
