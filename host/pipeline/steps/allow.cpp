// The step that lets named fields pass and no other, so that a field which turns up tomorrow does
// not leak.

#include <algorithm>
#include <array>
#include <deque>

#include "host/pipeline/steps/cut.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/keys.h"
#include "host/pipeline/steps/paths.h"
#include "host/pipeline/steps/sealed.h"
#include "host/pipeline/steps/specs.h"
#include "host/pipeline/steps/targets.h"
#include "modules/crypto/aead.h"
#include "modules/crypto/associated_data.h"

namespace adyton::pipeline {
namespace {

/// What the three kinds share: the fields that pass, and the records that cannot be judged.
struct Allowed {
  Allowed(const StepConfig& step, std::uint32_t number_of_step)
      : number(number_of_step), fields(step.fields("fields")) {}

  /// Kills a record that is no object, or repeats a key on the way to one of the fields.
  bool refuses(Batch& batch, Record& record, const json::Locations& others) const {
    const std::string_view text = batch.text_of(record);
    if (text[text.find_first_not_of(" \t\r\n")] != '{') {
      batch.kill(record, dead_record(number, "wrong type", "", "the record is no object"));
    } else if (others.repeated != json::no_offset) {
      batch.kill(record,
                 dead_record(number, "repeated key", fields.pointers()[others.repeated].text(),
                             "a key on the way to the field is repeated"));
    }
    return record.state == State::dead;
  }

  std::uint32_t number;
  json::FieldSet fields;
};

class AllowOrDrop final : public Step {
 public:
  AllowOrDrop(const StepConfig& step, std::uint32_t number) : allowed_(step, number) {}

  Status run(Batch& batch) override {
    Cutter cutter;
    edit_each(batch, allowed_.fields, json::Select::rest,
              [&](Record& record, const json::Locations& others, Rewrite& rewrite) {
                if (allowed_.refuses(batch, record, others)) return;
                take_out(record, cutter.cut(others.matches), rewrite);
              });
    return {};
  }

 private:
  Allowed allowed_;
};

class AllowOrDie final : public Step {
 public:
  AllowOrDie(const StepConfig& step, std::uint32_t number) : allowed_(step, number) {}

  Status run(Batch& batch) override {
    for_each_located(
        batch, allowed_.fields, json::Select::rest,
        [&](Record& record, const json::Locations& others) {
          if (allowed_.refuses(batch, record, others) || others.matches.empty()) return;
          // The field's name comes from the record, so it is a detail, which a job
          // that protects fields keeps out of its dead letters.
          batch.kill(
              record,
              dead_record(allowed_.number, "not allowed", "",
                          paths_of(batch.text_of(record), {others.matches.front()}).front()));
        });
    return {};
  }

 private:
  Allowed allowed_;
};

class AllowOrEncrypt final : public Step {
 public:
  AllowOrEncrypt(const StepConfig& step, std::uint32_t number, std::string domain,
                 crypto::Aead aead, Sealed sealed)
      : allowed_(step, number),
        domain_(std::move(domain)),
        aead_(std::move(aead)),
        sealed_(std::move(sealed)),
        if_encrypted_(if_encrypted_of(step.text("if_encrypted"))) {}

  Status run(Batch& batch) override {
    std::vector<Target> targets;
    std::deque<std::string> bound;
    for_each_located(batch, allowed_.fields, json::Select::rest,
                     [&](Record& record, const json::Locations& others) {
                       if (allowed_.refuses(batch, record, others)) return;
                       add(batch, record, others.matches, targets, bound);
                     });
    if (targets.empty()) return {};
    std::size_t size = 0;
    for (Target& target : targets) {
      target.scratch = size;
      target.size = aead_.ciphertext_size(target.end - target.begin);
      size += target.size;
    }
    const auto scratch = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    std::vector<crypto::Sealing> messages;
    messages.reserve(targets.size());
    for (const Target& target : targets) {
      messages.push_back({as_bytes(batch.text->view(target.begin, target.end)), target.associated,
                          scratch.get() + target.scratch});
    }
    aead_.encrypt_many(messages);
    replace_by_base64(batch, targets, scratch.get());
    return {};
  }

 private:
  /// Adds the record's other values, each bound to its pointer; or kills the record.
  void add(Batch& batch, Record& record, const std::vector<json::Match>& others,
           std::vector<Target>& targets, std::deque<std::string>& bound) const {
    const std::string_view text = batch.text_of(record);
    const std::vector<std::string> paths = paths_of(text, others);
    if (!distinct(paths)) {
      return batch.kill(record, dead_record(allowed_.number, "repeated key", "",
                                            "a key is repeated beside the fields that pass"));
    }
    const auto index = static_cast<std::uint32_t>(&record - batch.records.data());
    const auto no_field = static_cast<std::uint32_t>(allowed_.fields.pointers().size());
    const std::size_t first = targets.size();
    for (std::size_t i = 0; i < others.size(); ++i) {
      const json::Match& match = others[i];
      if (sealed_.recognises(text.substr(match.begin, match.end - match.begin))) {
        if (if_encrypted_ == IfEncrypted::skip) continue;
        targets.resize(first);
        return batch.kill(record, dead_record(allowed_.number, "already encrypted", "", paths[i]));
      }
      bound.push_back(crypto::field_associated_data(domain_, paths[i], ""));
      targets.push_back({.record = index,
                         .field = no_field,
                         .begin = record.text_begin + match.begin,
                         .end = record.text_begin + match.end,
                         .associated = as_bytes(bound.back())});
    }
  }

  static bool distinct(std::vector<std::string> paths) {
    std::sort(paths.begin(), paths.end());
    return std::adjacent_find(paths.begin(), paths.end()) == paths.end();
  }

  Allowed allowed_;
  std::string domain_;
  crypto::Aead aead_;
  Sealed sealed_;
  IfEncrypted if_encrypted_;
};

constexpr std::array<std::string_view, 3> other_choices = {"drop", "encrypt", "dead_letter"};

Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
  if (step.text("other") == "drop") return std::unique_ptr<Step>(new AllowOrDrop(step, number));
  if (step.text("other") == "dead_letter") {
    return std::unique_ptr<Step>(new AllowOrDie(step, number));
  }
  ADYTON_TRY(const crypto::Keyring* keyring,
             keyring_for(crypto::KeyPurpose::aead, step, context, "key"));
  ADYTON_TRY(crypto::Aead aead, crypto::Aead::create(*keyring));
  return std::unique_ptr<Step>(new AllowOrEncrypt(step, number, context.job.domain, std::move(aead),
                                                  Sealed(*keyring, crypto::KeyPurpose::aead)));
}

void check(const StepConfig& step, std::vector<Diagnostic>& problems) {
  const bool encrypts = step.text("other") == "encrypt";
  if (encrypts && !step.has("key")) {
    problems.push_back({step.places.find("other")->second,
                        "other = \"encrypt\" needs the option \"key\"",
                        "key = \"pii\", the name of a keyring"});
  }
  for (const std::string_view option : {"key", "if_encrypted"}) {
    if (encrypts || !step.wrote(option)) continue;
    problems.push_back({step.places.find(option)->second,
                        cat(option, " goes with other = \"encrypt\""), "leave it out"});
  }
}

constexpr std::array allow_options = {
    OptionSpec{.name = "fields",
               .kind = OptionKind::fields,
               .doc = "JSON Pointers of what passes; * stands for every element or member",
               .required = true},
    OptionSpec{.name = "other",
               .kind = OptionKind::choice,
               .doc = "any other value is taken out, is encrypted, or makes a dead letter of its "
                      "record",
               .default_value = "drop",
               .choices = other_choices},
    OptionSpec{
        .name = "key",
        .kind = OptionKind::keyring,
        .doc = "the keyring, where the others are encrypted; each is bound to its own pointer"},
    if_encrypted_option,
};

}  // namespace

const StepSpec allow_step = {
    .name = "allow",
    .summary = "Lets some fields pass; any other is dropped, encrypted or makes a dead letter",
    .options = allow_options,
    .protects = true,
    .check = check,
    .make = make,
};

}  // namespace adyton::pipeline
