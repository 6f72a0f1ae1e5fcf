// The steps that protect values and give them back: encrypt and decrypt.

#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/forms.h"
#include "host/pipeline/steps/keys.h"
#include "host/pipeline/steps/opened.h"
#include "host/pipeline/steps/protection.h"
#include "host/pipeline/steps/sealed.h"
#include "host/pipeline/steps/specs.h"
#include "modules/crypto/aead.h"

namespace adyton::pipeline {
namespace {

enum class Plaintext {
  json,  // the value's raw JSON text
  text,  // a string's characters
};

Plaintext plaintext_of(const StepConfig& step) {
  return step.text("plaintext") == "text" ? Plaintext::text : Plaintext::json;
}

constexpr std::int64_t largest_pad = 4096;

class Encrypt final : public Step {
 public:
  struct Options {
    Plaintext plaintext;
    std::size_t pad;  // 1: no padding
  };

  Encrypt(Protection protection, crypto::Aead aead, SealedRule sealed, Options options)
      : protection_(std::move(protection)),
        aead_(std::move(aead)),
        sealed_(std::move(sealed)),
        options_(options) {}

  static Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                            std::uint32_t number) {
    ADYTON_TRY(const crypto::Keyring* keyring,
               keyring_for(crypto::KeyPurpose::aead, step, context, "key"));
    ADYTON_TRY(crypto::Aead aead, crypto::Aead::create(*keyring));
    ADYTON_TRY(Protection protection, Protection::create(step, context, number));
    const std::int64_t pad = step.has("pad") ? step.number("pad") : 0;
    const Options options{plaintext_of(step), pad > 0 ? static_cast<std::size_t>(pad) : 1};
    SealedRule sealed{Sealed(*keyring, crypto::KeyPurpose::aead),
                      if_encrypted_of(step.text("if_encrypted"))};
    return std::unique_ptr<Step>(
        new Encrypt(std::move(protection), std::move(aead), std::move(sealed), options));
  }

  Status run(Batch& batch) override {
    Targets targets(protection_.selection, &protection_.binding, batch, &sealed_);
    Forms plaintexts;
    plaintexts.reserve(targets.list().size());
    std::size_t size = 0;
    std::erase_if(targets.list(), [&](Target& target) {
      if (!targets.is_live(target) || !add_plaintext(targets, target, plaintexts)) return true;
      target.scratch = size;
      target.size = aead_.ciphertext_size(plaintexts.size_of_last());
      size += target.size;
      return false;
    });
    if (targets.list().empty()) return {};
    const auto scratch = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    std::vector<crypto::Sealing> messages;
    messages.reserve(targets.list().size());
    for (const Target& target : targets.list()) {
      messages.push_back(
          {plaintexts[messages.size()], target.associated, scratch.get() + target.scratch});
    }
    aead_.encrypt_many(messages);
    replace_by_base64(batch, targets.list(), scratch.get());
    return {};
  }

 private:
  /// False if the value cannot be encrypted: its record is dead.
  bool add_plaintext(Targets& targets, const Target& target, Forms& plaintexts) const {
    const std::string_view value = targets.value(target);
    if (options_.plaintext == Plaintext::text) {
      if (plaintexts.add_characters(value)) return true;
      targets.kill(target, "wrong type", "plaintext = \"text\" protects strings only");
      return false;
    }
    if (options_.pad == 1) {
      plaintexts.add_view(value);
      return true;
    }
    const std::size_t over = value.size() % options_.pad;
    plaintexts.kept() += value;
    plaintexts.kept().append(over == 0 ? 0 : options_.pad - over, ' ');
    plaintexts.add_made();
    return true;
  }

  Protection protection_;
  crypto::Aead aead_;
  SealedRule sealed_;
  Options options_;
};

class Decrypt final : public Step {
 public:
  Decrypt(Protection protection, crypto::Aead aead, Plaintext plaintext)
      : protection_(std::move(protection)), aead_(std::move(aead)), plaintext_(plaintext) {}

  static Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                            std::uint32_t number) {
    ADYTON_TRY(const crypto::Keyring* keyring,
               keyring_for(crypto::KeyPurpose::aead, step, context, "key"));
    ADYTON_TRY(crypto::Aead aead, crypto::Aead::create(*keyring));
    ADYTON_TRY(Protection protection, Protection::create(step, context, number));
    return std::unique_ptr<Step>(
        new Decrypt(std::move(protection), std::move(aead), plaintext_of(step)));
  }

  Status run(Batch& batch) override {
    Targets targets(protection_.selection, &protection_.binding, batch);
    const Opened opened(targets, aead_);
    std::string padded;
    for (Target& target : targets.list()) {
      if (targets.is_live(target)) check(batch, targets, target, opened, padded);
    }
    std::erase_if(targets.list(), [&](const Target& target) { return !targets.is_live(target); });
    if (targets.list().empty()) return {};
    std::string quoted;
    replace(batch, targets.list(), 0, [&](const Target& target, Rewrite& rewrite) {
      const std::string_view plaintext = as_text(opened[target]);
      if (plaintext_ == Plaintext::json) return rewrite.append(plaintext);
      quoted.clear();
      json::append_quoted(plaintext, quoted);
      rewrite.append(quoted);
    });
    return {};
  }

 private:
  /// What comes out must be JSON, whoever encrypted it. `padded` is the check's own memory.
  void check(Batch& batch, Targets& targets, Target& target, const Opened& opened,
             std::string& padded) const {
    std::string_view plaintext = as_text(opened[target]);
    bool fits = is_utf8(plaintext);
    if (fits && plaintext_ == Plaintext::json) {
      // A value has no white space around it: what stands behind it is padding.
      plaintext = plaintext.substr(0, plaintext.find_last_not_of(" \t\r\n") + 1);
      target.size = plaintext.size();
      // The scanner looks behind its text, so it gets a copy with room.
      padded = plaintext;
      padded.append(json::scan_padding, '\0');
      fits = !json::validate(std::string_view(padded).substr(0, plaintext.size()));
      // Of a value that was laid out over several lines: no line of NDJSON may be broken by it.
      if (plaintext.find_first_of("\r\n") != std::string_view::npos) batch.line_breaks = true;
    }
    if (!fits) {
      targets.kill(target, "not JSON",
                   "the plaintext is not JSON: was it encrypted with plaintext = \"text\"?");
    }
  }

  Protection protection_;
  crypto::Aead aead_;
  Plaintext plaintext_;
};

constexpr std::array<std::string_view, 2> plaintext_choices = {"json", "text"};

constexpr OptionSpec key_option = {
    .name = "key",
    .kind = OptionKind::keyring,
    .doc = "the keyring: its primary key encrypts, any enabled key decrypts",
    .required = true};

constexpr OptionSpec plaintext_option = {
    .name = "plaintext",
    .kind = OptionKind::choice,
    .doc = "what is encrypted: the value's JSON text, or a string's characters",
    .default_value = "json",
    .choices = plaintext_choices};

constexpr std::array encrypt_options = {
    protected_fields_option,
    key_option,
    protected_missing_option,
    plaintext_option,
    OptionSpec{.name = "pad",
               .kind = OptionKind::number,
               .doc = "hides how long values are: with spaces behind their JSON text, up to a "
                      "multiple of so many bytes (at most 4096)"},
    if_encrypted_option,
    record_id_option,
    as_option,
};

constexpr std::array decrypt_options = {
    protected_fields_option, key_option,       protected_missing_option,
    plaintext_option,        record_id_option, as_option,
};

void check_encrypt(const StepConfig& step, std::vector<Diagnostic>& problems) {
  if (!step.has("pad") || step.number("pad") == 0) return;
  const Place at = step.places.find("pad")->second;
  if (step.number("pad") > largest_pad) {
    problems.push_back({at, cat("pad is at most ", largest_pad), "pad = 64"});
  }
  if (plaintext_of(step) == Plaintext::text) {
    problems.push_back({at, "pad does not go with plaintext = \"text\"",
                        "a string's characters may end in spaces, so padding could not be told "
                        "from them: leave plaintext out, or pad"});
  }
}

}  // namespace

const StepSpec encrypt_step = {
    .name = "encrypt",
    .summary =
        "Replaces values by their ciphertext (Tink AEAD in base64url), bound to domain and field",
    .options = encrypt_options,
    .protects = true,
    .check = check_encrypt,
    .make = Encrypt::make,
};

const StepSpec decrypt_step = {
    .name = "decrypt",
    .summary = "Replaces ciphertexts by the values they were made of",
    .options = decrypt_options,
    .protects = true,
    .make = Decrypt::make,
};

}  // namespace adyton::pipeline
