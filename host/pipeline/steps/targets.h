#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/text.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/sealed.h"
#include "host/pipeline/steps/spec.h"
#include "modules/json/locate.h"

namespace adyton::pipeline {

// What the steps share that replace the values of a whole batch with one call of a cipher.

/// Which values a step replaces, and what becomes of a record that has not all of them.
struct Selection {
  std::uint32_t number;   // of the step
  json::FieldSet fields;  // the step's own, then the record id's if there is one
  std::uint32_t count;    // of the step's own
  Missing missing;

  /// From the options `fields`, `missing` and, where the step has it, `record_id`.
  static Result<Selection> create(const StepConfig& step, std::uint32_t number);

  bool has_record_id() const { return fields.pointers().size() > count; }
};

/// What ciphertexts are bound to: domain, pointer and record id, if there is one.
struct Binding {
  std::string domain;
  std::vector<std::string> pointers;    // as they are bound
  std::vector<std::string> associated;  // of each field, where no record id is bound

  /// From the options `fields` and `as`.
  static Binding create(const StepConfig& step, const std::string& domain);
};

/// A value to be replaced; offsets are into the batch's text.
struct Target {
  std::uint32_t record;  // index into the batch's records
  std::uint32_t field;
  std::uint32_t begin;
  std::uint32_t end;
  std::size_t scratch = 0;  // where its bytes lie in the step's scratch memory
  std::size_t size = 0;
  Bytes associated = {};  // valid as long as the Targets and the Binding
};

/// The targets of one batch. Collected first, so that one call handles all of them. A record that
/// lacks a field where it must not, or repeats a key on the way to one, is killed instead.
class Targets {
 public:
  /// `binding` is null where nothing is bound to a field; `sealed` where ciphertexts are values
  /// like others, else what it recognises kills the record or is no target. All must outlive this.
  Targets(const Selection& selection, const Binding* binding, Batch& batch,
          const SealedRule* sealed = nullptr);

  std::vector<Target>& list() { return targets_; }
  std::string_view value(const Target& target) const {
    return batch_.text->view(target.begin, target.end);
  }
  bool is_live(const Target& target) const {
    return batch_.records[target.record].state == State::live;
  }

  /// Kills the target's record.
  void kill(const Target& target, std::string kind, std::string detail);

 private:
  bool is_settled(Record& record, const json::Match& match);
  void add(Record& record, std::uint32_t index, const json::Locations& found);
  std::optional<std::string> record_id(const Record& record, const json::Locations& found) const;
  Bytes associated_data(std::uint32_t field, const std::optional<std::string>& id);
  void kill(Record& record, std::string kind, std::uint32_t field, std::string detail);

  const Selection& selection_;
  const Binding* binding_;
  Batch& batch_;
  const SealedRule* sealed_;
  std::vector<Target> targets_;
  std::deque<std::string> bound_;  // associated data with a record id in it
};

/// Puts replacement(target, rewrite) in the place of each target's value. Targets of records that
/// have died are passed over.
template <class Replacement>
void replace(Batch& batch, const std::vector<Target>& targets, std::size_t growth,
             Replacement&& replacement) {
  Rewrite rewrite(batch, growth);
  auto target = targets.begin();
  for (std::uint32_t i = 0; i < batch.records.size(); ++i) {
    const Record& record = batch.records[i];
    const auto first = target;
    while (target != targets.end() && target->record == i) ++target;
    if (record.state == State::dropped || record.state == State::dead) continue;
    if (first == target) {
      rewrite.keep(record);
      continue;
    }
    rewrite.begin(record);
    std::size_t done = record.text_begin;
    for (auto t = first; t != target; ++t) {
      rewrite.copy(done, t->begin);
      replacement(*t, rewrite);
      done = t->end;
      batch.count_value(t->field);
    }
    rewrite.copy(done, record.text_end);
    rewrite.end();
  }
  rewrite.finish();
}

/// The same with base64url strings of the targets' bytes, which lie in `scratch`.
void replace_by_base64(Batch& batch, const std::vector<Target>& targets,
                       const std::uint8_t* scratch);

}  // namespace adyton::pipeline
