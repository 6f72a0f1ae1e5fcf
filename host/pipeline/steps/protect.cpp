// The steps that protect values: encrypt and decrypt.

#include <array>
#include <deque>
#include <optional>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"
#include "modules/crypto/aead.h"
#include "modules/crypto/associated_data.h"

namespace adyton::pipeline {
namespace {

enum class Plaintext {
  json,  // the value's raw JSON text
  text,  // a string's characters
};

/// What encrypt and decrypt share: which values, bound to what, under which keys.
struct Protection {
  std::uint32_t number;
  crypto::Aead aead;
  json::FieldSet fields;  // the protected ones, then the record id's if there is one
  std::uint32_t protected_fields;
  std::string domain;
  std::vector<std::string> pointers;    // as they are bound
  std::vector<std::string> associated;  // of each field, where no record id is bound
  bool record_id;
  Missing missing;
  Plaintext plaintext;

  static Result<Protection> create(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number);
};

Result<Protection> Protection::create(const StepConfig& step, const StepContext& context,
                                      std::uint32_t number) {
  const std::string& key = step.text("key");
  auto aead = crypto::Aead::create(context.keyrings.find(key)->second);
  if (!aead) {
    Error error = aead.error();
    error.where = context.job.keyrings.find(key)->second.file;
    return error;
  }
  std::vector<json::Pointer> fields = step.fields("fields");
  const auto count = static_cast<std::uint32_t>(fields.size());
  std::vector<std::string> pointers;
  for (const json::Pointer& field : fields) pointers.push_back(field.text());
  if (step.has("as")) pointers.front() = step.text("as");
  const bool record_id = step.has("record_id");
  if (record_id) {
    const json::Pointer& id = step.fields("record_id").front();
    for (const json::Pointer& field : fields) {
      if (json::overlap(field, id)) {
        return Error{ErrorCode::config, cat("record_id ", in_quotes(id.text()),
                                            " is itself among the fields of the step")};
      }
    }
    fields.push_back(id);
  }
  std::vector<std::string> associated;
  for (const std::string& pointer : pointers) {
    associated.push_back(crypto::field_associated_data(context.job.domain, pointer, ""));
  }
  return Protection{number,
                    *std::move(aead),
                    json::FieldSet(fields),
                    count,
                    context.job.domain,
                    std::move(pointers),
                    std::move(associated),
                    record_id,
                    missing_of(step.text("missing")),
                    step.text("plaintext") == "text" ? Plaintext::text : Plaintext::json};
}

/// A value to be replaced; offsets are into the batch's text.
struct Target {
  std::uint32_t record;  // index into the batch's records
  std::uint32_t field;
  std::uint32_t begin;
  std::uint32_t end;
  std::size_t scratch = 0;  // where its bytes lie in the step's scratch memory
  std::size_t size = 0;
  Bytes associated = {};
};

/// The targets of one batch. Collected first, so that one call protects all of them.
class Targets {
 public:
  Targets(const Protection& protection, Batch& batch) : protection_(protection), batch_(batch) {
    const auto& first = batch_.records.data();
    for_each_located(batch_, protection_.fields, json::Select::fields,
                     [&](Record& record, const json::Locations& found) {
                       add(record, static_cast<std::uint32_t>(&record - first), found);
                     });
  }

  std::vector<Target>& list() { return targets_; }

  void kill(Record& record, std::string kind, std::uint32_t field, std::string detail) {
    DeadRecord why;
    why.step = protection_.number;
    why.kind = std::move(kind);
    why.field = protection_.fields.pointers()[field].text();
    why.detail = std::move(detail);
    batch_.kill(record, std::move(why));
  }

 private:
  void add(Record& record, std::uint32_t index, const json::Locations& found) {
    if (found.repeated != json::no_offset) {
      return kill(record, "repeated key", found.repeated,
                  "a key on the way to the field is repeated");
    }
    for (const json::Gap& gap : found.gaps) {
      const bool id = gap.field == protection_.protected_fields;
      if (!id && protection_.missing == Missing::skip) continue;
      return kill(record, "missing field", gap.field, id ? "the record has no record id" : "");
    }
    const std::optional<std::string> id = record_id(record, found);
    if (protection_.record_id && !id) {
      return kill(record, "wrong type", protection_.protected_fields,
                  "the record id must be a string or a number");
    }
    for (const json::Match& match : found.matches) {
      if (match.field == protection_.protected_fields) continue;
      targets_.push_back({.record = index,
                          .field = match.field,
                          .begin = record.text_begin + match.begin,
                          .end = record.text_begin + match.end,
                          .associated = associated_data(match.field, id)});
    }
  }

  /// A string's characters, or a number's text as it stands.
  std::optional<std::string> record_id(const Record& record, const json::Locations& found) const {
    for (const json::Match& match : found.matches) {
      if (match.field != protection_.protected_fields) continue;
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

  Bytes associated_data(std::uint32_t field, const std::optional<std::string>& id) {
    if (!id) return as_bytes(protection_.associated[field]);
    bound_.push_back(
        crypto::field_associated_data(protection_.domain, protection_.pointers[field], *id));
    return as_bytes(bound_.back());
  }

  const Protection& protection_;
  Batch& batch_;
  std::vector<Target> targets_;
  std::deque<std::string> bound_;  // associated data with a record id in it
};

/// Puts replacement(target, rewrite) in the place of each target's value.
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
      ++batch.values;
    }
    rewrite.copy(done, record.text_end);
    rewrite.end();
  }
  rewrite.finish();
}

class Encrypt final : public Step {
 public:
  explicit Encrypt(Protection protection) : protection_(std::move(protection)) {}

  Status run(Batch& batch) override {
    Targets targets(protection_, batch);
    std::deque<std::string> unescaped;
    std::vector<crypto::Sealing> messages;
    messages.reserve(targets.list().size());
    std::size_t size = 0;
    std::size_t growth = 0;
    std::erase_if(targets.list(), [&](Target& target) {
      Record& record = batch.records[target.record];
      if (record.state != State::live) return true;
      const std::string_view value = batch.text->view(target.begin, target.end);
      const std::optional<Bytes> plaintext = plaintext_of(value, unescaped);
      if (!plaintext) {
        targets.kill(record, "wrong type", target.field,
                     "plaintext = \"text\" protects strings only");
        return true;
      }
      target.scratch = size;
      target.size = protection_.aead.ciphertext_size(plaintext->size());
      size += target.size;
      growth += base64::encoded_size(target.size, base64::Alphabet::url) + 2;
      messages.push_back({*plaintext, target.associated, nullptr});
      return false;
    });
    if (targets.list().empty()) return {};
    const auto scratch = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      messages[i].out = scratch.get() + targets.list()[i].scratch;
    }
    protection_.aead.encrypt_many(messages);
    replace(batch, targets.list(), growth, [&](const Target& target, Rewrite& rewrite) {
      char* out = rewrite.grow(base64::encoded_size(target.size, base64::Alphabet::url) + 2);
      *out++ = '"';
      out =
          base64::encode({scratch.get() + target.scratch, target.size}, out, base64::Alphabet::url);
      *out = '"';
    });
    return {};
  }

 private:
  std::optional<Bytes> plaintext_of(std::string_view value,
                                    std::deque<std::string>& unescaped) const {
    if (protection_.plaintext == Plaintext::json) return as_bytes(value);
    if (value.front() != '"') return std::nullopt;
    const std::string_view inside = value.substr(1, value.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return as_bytes(inside);
    std::string& characters = unescaped.emplace_back();
    if (!json::unescape(inside, characters)) return std::nullopt;
    return as_bytes(characters);
  }

  Protection protection_;
};

class Decrypt final : public Step {
 public:
  explicit Decrypt(Protection protection) : protection_(std::move(protection)) {}

  Status run(Batch& batch) override {
    Targets targets(protection_, batch);
    std::size_t size = 0;
    for (Target& target : targets.list()) {
      target.scratch = size;
      size += base64::decoded_capacity(target.end - target.begin);
    }
    // The decoded ciphertexts, then as much room for the plaintexts.
    const auto scratch = std::make_unique_for_overwrite<std::uint8_t[]>(2 * size);
    std::vector<crypto::Opening> messages;
    messages.reserve(targets.list().size());
    std::erase_if(targets.list(), [&](Target& target) {
      Record& record = batch.records[target.record];
      if (record.state != State::live) return true;
      std::uint8_t* const bytes = scratch.get() + target.scratch;
      const std::string_view value = batch.text->view(target.begin, target.end);
      const auto decoded = value.front() == '"' ? base64::decode(value.substr(1, value.size() - 2),
                                                                 bytes, base64::Alphabet::url)
                                                : std::nullopt;
      if (!decoded) {
        targets.kill(record, "not encrypted", target.field, "the value is not base64url text");
        return true;
      }
      messages.push_back({{bytes, *decoded}, target.associated, bytes + size, 0, false});
      return false;
    });
    protection_.aead.decrypt_many(messages);
    std::size_t next = 0;
    std::erase_if(targets.list(), [&](Target& target) {
      const crypto::Opening& message = messages[next++];
      target.scratch += size;
      target.size = message.size;
      return !accept(targets, batch.records[target.record], target, message);
    });
    // A record that died at its second field takes its first with it.
    std::erase_if(targets.list(), [&](const Target& target) {
      return batch.records[target.record].state != State::live;
    });
    if (targets.list().empty()) return {};
    std::string quoted;
    replace(batch, targets.list(), 0, [&](const Target& target, Rewrite& rewrite) {
      const std::string_view plaintext = as_text({scratch.get() + target.scratch, target.size});
      if (protection_.plaintext == Plaintext::json) return rewrite.append(plaintext);
      quoted.clear();
      json::append_quoted(plaintext, quoted);
      rewrite.append(quoted);
    });
    return {};
  }

 private:
  bool accept(Targets& targets, Record& record, const Target& target,
              const crypto::Opening& message) {
    if (record.state != State::live) return false;
    if (!message.ok) {
      targets.kill(record, "decryption failed", target.field, "");
      return false;
    }
    // What comes out must not break the line it goes into, whoever encrypted it. The scanner looks
    // behind its text, so it gets a copy with room.
    const std::string_view plaintext = as_text({message.out, message.size});
    bool fits = is_utf8(plaintext);
    if (fits && protection_.plaintext == Plaintext::json) {
      std::string padded(plaintext);
      padded.append(json::scan_padding, '\0');
      fits = plaintext.find('\n') == std::string_view::npos &&
             !json::validate(std::string_view(padded).substr(0, plaintext.size()));
    }
    if (!fits) {
      targets.kill(record, "not JSON", target.field,
                   "the plaintext is not JSON: was it encrypted with plaintext = \"text\"?");
    }
    return fits;
  }

  Protection protection_;
};

template <class Kind>
Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
  ADYTON_TRY(Protection protection, Protection::create(step, context, number));
  return std::unique_ptr<Step>(new Kind(std::move(protection)));
}

constexpr std::array<std::string_view, 2> plaintext_choices = {"json", "text"};

constexpr std::array protect_options = {
    OptionSpec{.name = "fields",
               .kind = OptionKind::fields,
               .doc = "JSON Pointers of the values; * stands for every element or member",
               .required = true},
    OptionSpec{.name = "key",
               .kind = OptionKind::keyring,
               .doc = "the keyring: its primary key encrypts, any enabled key decrypts",
               .required = true},
    OptionSpec{.name = "missing",
               .kind = OptionKind::choice,
               .doc = "a record without one of the fields becomes a dead letter, or goes on",
               .default_value = "error",
               .choices = missing_choices},
    OptionSpec{.name = "plaintext",
               .kind = OptionKind::choice,
               .doc = "what is encrypted: the value's JSON text, or a string's characters",
               .default_value = "json",
               .choices = plaintext_choices},
    OptionSpec{.name = "record_id",
               .kind = OptionKind::field,
               .doc = "the field that identifies a record: its values open in that record only"},
    OptionSpec{.name = "as",
               .kind = OptionKind::text,
               .doc = "the pointer that the value is bound to, where that is not the field's own"},
};

}  // namespace

const StepSpec encrypt_step = {
    .name = "encrypt",
    .summary =
        "Replaces values by their ciphertext (Tink AEAD in base64url), bound to domain and field",
    .options = protect_options,
    .protects = true,
    .make = make<Encrypt>,
};

const StepSpec decrypt_step = {
    .name = "decrypt",
    .summary = "Replaces ciphertexts by the values they were made of",
    .options = protect_options,
    .protects = true,
    .make = make<Decrypt>,
};

}  // namespace adyton::pipeline
