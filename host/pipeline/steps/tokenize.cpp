// The step that puts joinable tokens in the place of values: tokenize.

#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/forms.h"
#include "host/pipeline/steps/keys.h"
#include "host/pipeline/steps/protection.h"
#include "host/pipeline/steps/sealed.h"
#include "host/pipeline/steps/specs.h"
#include "modules/crypto/associated_data.h"
#include "modules/crypto/daead.h"

namespace adyton::pipeline {
namespace {

class Tokenize final : public Step {
 public:
  Tokenize(Selection selection, crypto::Daead daead, SealedRule sealed, const std::string& domain)
      : selection_(std::move(selection)),
        daead_(std::move(daead)),
        sealed_(std::move(sealed)),
        associated_(crypto::token_associated_data(domain)) {}

  static Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                            std::uint32_t number) {
    ADYTON_TRY(const crypto::Keyring* keyring,
               keyring_for(crypto::KeyPurpose::daead, step, context, "key"));
    ADYTON_TRY(const std::uint32_t key_id, pinned_key(*keyring, step, context));
    ADYTON_TRY(crypto::Daead daead, crypto::Daead::create(*keyring, key_id));
    ADYTON_TRY(Selection selection, Selection::create(step, number));
    SealedRule sealed{Sealed(*keyring, crypto::KeyPurpose::daead),
                      if_encrypted_of(step.text("if_encrypted"))};
    return std::unique_ptr<Step>(new Tokenize(std::move(selection), std::move(daead),
                                              std::move(sealed), context.job.domain));
  }

  Status run(Batch& batch) override {
    Targets targets(selection_, nullptr, batch, &sealed_);
    json::Canonicalizer canonicalizer(json::Integers::exact);
    Forms forms;
    forms.reserve(targets.list().size());
    std::size_t size = 0;
    std::erase_if(targets.list(), [&](Target& target) {
      if (!targets.is_live(target) || !add_form(targets, target, forms, canonicalizer)) return true;
      target.scratch = size;
      target.size = daead_.ciphertext_size(forms.size_of_last());
      size += target.size;
      return false;
    });
    if (targets.list().empty()) return {};
    const auto scratch = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    std::vector<crypto::Sealing> messages;
    messages.reserve(targets.list().size());
    for (const Target& target : targets.list()) {
      messages.push_back(
          {forms[messages.size()], as_bytes(associated_), scratch.get() + target.scratch});
    }
    daead_.encrypt_many(messages);
    replace_by_base64(batch, targets.list(), scratch.get());
    return {};
  }

 private:
  /// False if the value cannot have a token: its record is dead.
  bool add_form(Targets& targets, const Target& target, Forms& forms,
                json::Canonicalizer& canonicalizer) const {
    const json::Fault fault = forms.add_canonical(targets.value(target), canonicalizer);
    if (!fault) return true;
    targets.kill(target, "no canonical form", fault.message);
    return false;
  }

  Selection selection_;
  crypto::Daead daead_;
  SealedRule sealed_;
  std::string associated_;
};

constexpr std::array tokenize_options = {
    protected_fields_option,
    OptionSpec{.name = "key",
               .kind = OptionKind::keyring,
               .doc = "the keyring, of type aes256-siv",
               .required = true},
    key_id_option,
    protected_missing_option,
    if_encrypted_option,
};

}  // namespace

const StepSpec tokenize_step = {
    .name = "tokenize",
    .summary =
        "Replaces values by tokens (Tink AES-SIV in base64url): equal ones for equal values, "
        "in every field and table of the domain",
    .options = tokenize_options,
    .protects = true,
    .check = check_key_id,
    .make = Tokenize::make,
};

}  // namespace adyton::pipeline
