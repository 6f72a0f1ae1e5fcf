// The step that puts ciphertexts under another key: rekey.

#include <array>

#include "host/base/text.h"
#include "host/pipeline/steps/keys.h"
#include "host/pipeline/steps/opened.h"
#include "host/pipeline/steps/protection.h"
#include "host/pipeline/steps/specs.h"
#include "modules/crypto/aead.h"

namespace adyton::pipeline {
namespace {

class Rekey final : public Step {
 public:
  Rekey(Protection protection, crypto::Aead from, crypto::Aead to)
      : protection_(std::move(protection)), from_(std::move(from)), to_(std::move(to)) {}

  static Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                            std::uint32_t number) {
    const std::string_view from_option = step.has("from") ? "from" : "key";
    ADYTON_TRY(const crypto::Keyring* from,
               keyring_for(crypto::KeyPurpose::aead, step, context, from_option));
    ADYTON_TRY(const crypto::Keyring* to,
               keyring_for(crypto::KeyPurpose::aead, step, context, "key"));
    ADYTON_TRY(crypto::Aead opens, crypto::Aead::create(*from));
    ADYTON_TRY(crypto::Aead seals, crypto::Aead::create(*to));
    ADYTON_TRY(Protection protection, Protection::create(step, context, number));
    return std::unique_ptr<Step>(
        new Rekey(std::move(protection), std::move(opens), std::move(seals)));
  }

  Status run(Batch& batch) override {
    Targets targets(protection_.selection, &protection_.binding, batch);
    Opened opened(targets, from_);
    if (targets.list().empty()) return {};
    std::size_t size = 0;
    for (const Target& target : targets.list()) size += to_.ciphertext_size(target.size);
    const auto scratch = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    std::vector<crypto::Sealing> messages;
    messages.reserve(targets.list().size());
    std::size_t at = 0;
    for (Target& target : targets.list()) {
      messages.push_back({opened[target], target.associated, scratch.get() + at});
      target.scratch = at;
      target.size = to_.ciphertext_size(target.size);
      at += target.size;
    }
    to_.encrypt_many(messages);
    opened.wipe();
    replace_by_base64(batch, targets.list(), scratch.get());
    return {};
  }

 private:
  Protection protection_;
  crypto::Aead from_;
  crypto::Aead to_;
};

constexpr std::array rekey_options = {
    protected_fields_option,
    OptionSpec{.name = "key",
               .kind = OptionKind::keyring,
               .doc = "the keyring whose primary key encrypts the values from now on",
               .required = true},
    OptionSpec{.name = "from",
               .kind = OptionKind::keyring,
               .doc = "the keyring that they are encrypted under, where that is another one"},
    protected_missing_option,
    record_id_option,
    as_option,
};

}  // namespace

const StepSpec rekey_step = {
    .name = "rekey",
    .summary = "Replaces ciphertexts by new ones under the primary key, with no plaintext between",
    .options = rekey_options,
    .protects = true,
    .make = Rekey::make,
};

}  // namespace adyton::pipeline
