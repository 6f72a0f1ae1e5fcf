#include "host/pipeline/steps/targets.h"

#include "host/base/base64.h"
#include "modules/crypto/associated_data.h"

namespace adyton::pipeline {

Result<Selection> Selection::create(const StepConfig& step, std::uint32_t number) {
  std::vector<json::Pointer> fields = step.fields("fields");
  const auto count = static_cast<std::uint32_t>(fields.size());
  if (step.has("record_id")) {
    const json::Pointer& id = step.fields("record_id").front();
    for (const json::Pointer& field : fields) {
      if (json::overlap(field, id)) {
        return Error{ErrorCode::config, cat("record_id ", in_quotes(id.text()),
                                            " is itself among the fields of the step")};
      }
    }
    fields.push_back(id);
  }
  return Selection{number, json::FieldSet(fields), count, missing_of(step.text("missing"))};
}

Binding Binding::create(const StepConfig& step, const std::string& domain) {
  Binding binding;
  binding.domain = domain;
  for (const json::Pointer& field : step.fields("fields")) binding.pointers.push_back(field.text());
  if (step.has("as")) binding.pointers.front() = step.text("as");
  for (const std::string& pointer : binding.pointers) {
    binding.associated.push_back(crypto::field_associated_data(domain, pointer, ""));
  }
  return binding;
}

Targets::Targets(const Selection& selection, const Binding* binding, Batch& batch,
                 const SealedRule* sealed)
    : selection_(selection), binding_(binding), batch_(batch), sealed_(sealed) {
  const Record* const first = batch_.records.data();
  for_each_located(batch_, selection_.fields, json::Select::fields,
                   [&](Record& record, const json::Locations& found) {
                     add(record, static_cast<std::uint32_t>(&record - first), found);
                   });
}

void Targets::kill(const Target& target, std::string kind, std::string detail) {
  kill(batch_.records[target.record], std::move(kind), target.field, std::move(detail));
}

void Targets::kill(Record& record, std::string kind, std::uint32_t field, std::string detail) {
  batch_.kill(record, dead_record(selection_.number, std::move(kind),
                                  selection_.fields.pointers()[field].text(), std::move(detail)));
}

void Targets::add(Record& record, std::uint32_t index, const json::Locations& found) {
  if (found.repeated != json::no_offset) {
    return kill(record, "repeated key", found.repeated,
                "a key on the way to the field is repeated");
  }
  for (const json::Gap& gap : found.gaps) {
    const bool id = gap.field == selection_.count;
    if (!id && selection_.missing == Missing::skip) continue;
    return kill(record, "missing field", gap.field, id ? "the record has no record id" : "");
  }
  const std::optional<std::string> id = record_id(record, found);
  if (selection_.has_record_id() && !id) {
    return kill(record, "wrong type", selection_.count,
                "the record id must be a string or a number");
  }
  for (const json::Match& match : found.matches) {
    if (match.field == selection_.count) continue;
    if (sealed_ != nullptr && is_settled(record, match)) {
      if (record.state != State::live) return;
      continue;
    }
    targets_.push_back({.record = index,
                        .field = match.field,
                        .begin = record.text_begin + match.begin,
                        .end = record.text_begin + match.end,
                        .associated = associated_data(match.field, id)});
  }
}

/// True of a value that is a ciphertext already. Asked while the locator's reading has it at hand:
/// later, each value would be fetched from memory once more.
bool Targets::is_settled(Record& record, const json::Match& match) {
  if (!sealed_->sealed.recognises(
          batch_.text_of(record).substr(match.begin, match.end - match.begin))) {
    return false;
  }
  if (sealed_->then == IfEncrypted::error) {
    kill(
        record, "already encrypted", match.field,
        "the value is a ciphertext of this keyring: if_encrypted = \"skip\" lets it stay as it is");
  }
  return true;
}

/// A string's characters, or a number's text as it stands.
std::optional<std::string> Targets::record_id(const Record& record,
                                              const json::Locations& found) const {
  if (!selection_.has_record_id()) return std::nullopt;
  for (const json::Match& match : found.matches) {
    if (match.field != selection_.count) continue;
    const std::string_view value =
        batch_.text_of(record).substr(match.begin, match.end - match.begin);
    if (value.front() != '"') {
      if (value.front() == '{' || value.front() == '[' || value == "null") return std::nullopt;
      return std::string(value);
    }
    std::string characters;
    json::unescape(value.substr(1, value.size() - 2), characters);
    return characters;
  }
  return std::nullopt;
}

Bytes Targets::associated_data(std::uint32_t field, const std::optional<std::string>& id) {
  if (binding_ == nullptr) return {};
  if (!id) return as_bytes(binding_->associated[field]);
  bound_.push_back(crypto::field_associated_data(binding_->domain, binding_->pointers[field], *id));
  return as_bytes(bound_.back());
}

void replace_by_base64(Batch& batch, const std::vector<Target>& targets,
                       const std::uint8_t* scratch) {
  const auto text_size = [](const Target& target) {
    return base64::encoded_size(target.size, base64::Alphabet::url) + 2;
  };
  std::size_t growth = 0;
  for (const Target& target : targets) growth += text_size(target);
  replace(batch, targets, growth, [&](const Target& target, Rewrite& rewrite) {
    char* out = rewrite.grow(text_size(target));
    *out++ = '"';
    out = base64::encode({scratch + target.scratch, target.size}, out, base64::Alphabet::url);
    *out = '"';
  });
}

}  // namespace adyton::pipeline
