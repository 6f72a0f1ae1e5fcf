// The step that puts hashes in the place of values: hash.

#include <algorithm>
#include <array>
#include <optional>

#include "host/base/text.h"
#include "host/pipeline/steps/forms.h"
#include "host/pipeline/steps/keys.h"
#include "host/pipeline/steps/protection.h"
#include "host/pipeline/steps/specs.h"
#include "modules/crypto/associated_data.h"
#include "modules/crypto/hasher.h"
#include "modules/crypto/mac.h"

namespace adyton::pipeline {
namespace {

constexpr std::array<std::string_view, 4> algorithm_choices = {"sha256", "sha512", "sha3-256",
                                                               "blake2b"};

crypto::Hash hash_of(std::string_view algorithm) {
  std::string name(algorithm);
  std::replace(name.begin(), name.end(), '-', '_');
  return *crypto::parse_hash(name);
}

/// The algorithm of a keyed hash, as the job names it.
std::string_view algorithm_of(crypto::KeyType type) {
  return type == crypto::KeyType::hmac_sha256 ? "sha256" : "sha512";
}

/// Replaces values by what a function of their forms gives, in hexadecimal.
class HashStep : public Step {
 public:
  explicit HashStep(Selection selection, std::size_t size)
      : selection_(std::move(selection)), size_(size) {}

  Status run(Batch& batch) override {
    Targets targets(selection_, nullptr, batch);
    json::Canonicalizer canonicalizer(json::Integers::exact);
    Forms forms;
    forms.reserve(targets.list().size());
    std::erase_if(targets.list(), [&](Target& target) {
      if (!targets.is_live(target)) return true;
      const json::Fault fault = forms.add_canonical(targets.value(target), canonicalizer);
      if (fault) targets.kill(target, "no canonical form", fault.message);
      return bool(fault);
    });
    if (targets.list().empty()) return {};
    const auto scratch =
        std::make_unique_for_overwrite<std::uint8_t[]>(size_ * targets.list().size());
    std::vector<crypto::Tagging> messages;
    messages.reserve(targets.list().size());
    for (Target& target : targets.list()) {
      target.scratch = size_ * messages.size();
      messages.push_back({forms[messages.size()], scratch.get() + target.scratch});
    }
    hash(messages);
    const std::size_t text_size = 2 * size_ + 2;
    replace(batch, targets.list(), text_size * targets.list().size(),
            [&](const Target& target, Rewrite& rewrite) {
              write_hex({scratch.get() + target.scratch, size_}, rewrite.grow(text_size));
            });
    return {};
  }

 protected:
  /// Writes size_ bytes for each message.
  virtual void hash(std::span<const crypto::Tagging> messages) const = 0;

 private:
  static void write_hex(Bytes bytes, char* out) {
    static constexpr char digits[] = "0123456789abcdef";
    *out++ = '"';
    for (const std::uint8_t byte : bytes) {
      *out++ = digits[byte >> 4];
      *out++ = digits[byte & 15];
    }
    *out = '"';
  }

  Selection selection_;
  std::size_t size_;
};

/// Anybody can compute these: the hash of the form, as other programs have it.
class PlainHash final : public HashStep {
 public:
  PlainHash(Selection selection, crypto::Hash function)
      : HashStep(std::move(selection), crypto::digest_size(function)), function_(function) {}

 protected:
  void hash(std::span<const crypto::Tagging> messages) const override {
    crypto::Hasher(function_).hash_many(messages);
  }

 private:
  crypto::Hash function_;
};

/// Nobody without the key can: an HMAC in Tink's wire form, of the domain and the form.
class KeyedHash final : public HashStep {
 public:
  KeyedHash(Selection selection, crypto::Mac mac, const std::string& domain)
      : HashStep(std::move(selection), mac.size()),
        mac_(std::move(mac)),
        head_(crypto::hash_message_head(domain)) {}

 protected:
  void hash(std::span<const crypto::Tagging> messages) const override {
    mac_.compute_many(as_bytes(head_), messages);
  }

 private:
  crypto::Mac mac_;
  std::string head_;
};

Result<std::unique_ptr<Step>> make(const StepConfig& step, const StepContext& context,
                                   std::uint32_t number) {
  ADYTON_TRY(Selection selection, Selection::create(step, number));
  const std::string& algorithm = step.text("algorithm");
  if (!step.has("key")) {
    return std::unique_ptr<Step>(new PlainHash(std::move(selection), hash_of(algorithm)));
  }
  ADYTON_TRY(const crypto::Keyring* keyring,
             keyring_for(crypto::KeyPurpose::mac, step, context, "key"));
  ADYTON_TRY(const std::uint32_t key_id, pinned_key(*keyring, step, context));
  ADYTON_TRY(crypto::Mac mac, crypto::Mac::create(*keyring, key_id));
  const std::string_view of_key = algorithm_of(mac.key_type());
  if (step.places.contains("algorithm") && algorithm != of_key) {
    return Error{ErrorCode::config,
                 cat("key ", key_id, " is ", crypto::key_type_name(mac.key_type()), ", not for ",
                     algorithm, "; leave algorithm out, or write algorithm = \"", of_key, "\""),
                 place_of(step, context, "algorithm")};
  }
  return std::unique_ptr<Step>(
      new KeyedHash(std::move(selection), std::move(mac), context.job.domain));
}

void check(const StepConfig& step, std::vector<Diagnostic>& problems) {
  check_key_id(step, problems);
  if (!step.has("key")) {
    if (step.has("key_id")) {
      problems.push_back({step.places.find("key_id")->second, "key_id does not go without key",
                          "name the keyring: key = \"…\""});
    }
    return;
  }
  const std::string& algorithm = step.text("algorithm");
  if (algorithm == "sha256" || algorithm == "sha512") return;
  problems.push_back(
      {step.places.find("algorithm")->second, cat("there is no hash with a key by ", algorithm),
       "leave algorithm out: the type of the key (hmac-sha256, hmac-sha512) says it"});
}

constexpr std::array hash_options = {
    protected_fields_option,
    OptionSpec{.name = "algorithm",
               .kind = OptionKind::choice,
               .doc = "the hash function; with a key, its type says which",
               .default_value = "sha256",
               .choices = algorithm_choices},
    OptionSpec{.name = "key",
               .kind = OptionKind::keyring,
               .doc = "a keyring of type hmac-sha256 or hmac-sha512: then only who has it can "
                      "compute the hashes (HMAC)"},
    key_id_option,
    protected_missing_option,
};

}  // namespace

const StepSpec hash_step = {
    .name = "hash",
    .summary = "Replaces values by their hashes in hexadecimal, with a key or without",
    .options = hash_options,
    .protects = true,
    .check = check,
    .make = make,
};

}  // namespace adyton::pipeline
