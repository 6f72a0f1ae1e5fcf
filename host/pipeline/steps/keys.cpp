#include "host/pipeline/steps/keys.h"

#include <algorithm>

#include "host/base/text.h"
#include "modules/crypto/purpose.h"

namespace adyton::pipeline {
namespace {

/// The type to propose to whoever lacks a key for that purpose.
std::string_view usual_type_name(crypto::KeyPurpose purpose) {
  return crypto::key_type_name(crypto::usual_type(purpose));
}

}  // namespace

std::string place_of(const StepConfig& step, const StepContext& context, std::string_view option) {
  const auto found = step.places.find(option);
  const Place at = found == step.places.end() ? step.at : found->second;
  return cat(context.job.path, ':', at.line, ':', at.column);
}

Result<const crypto::Keyring*> keyring_for(crypto::KeyPurpose purpose, const StepConfig& step,
                                           const StepContext& context, std::string_view option) {
  const std::string& name = step.text(option);
  const crypto::Keyring& keyring = context.keyrings.find(name)->second;
  for (const crypto::Keyring::Key& key : keyring.material()) {
    if (key.status != crypto::KeyStatus::enabled) continue;
    if (crypto::key_purpose(*key.type) == purpose) continue;
    const std::string& file = context.job.keyrings.find(name)->second.file;
    return Error{
        ErrorCode::config,
        cat("key ", key.id, " in ", file, " is ", crypto::key_type_name(*key.type), ", and ",
            step.use, " needs ", usual_type_name(purpose),
            "; make a keyring for it: adyton keys new FILE --type ", usual_type_name(purpose)),
        place_of(step, context, option)};
  }
  return &keyring;
}

Result<std::uint32_t> pinned_key(const crypto::Keyring& keyring, const StepConfig& step,
                                 const StepContext& context) {
  if (!step.has("key_id")) return keyring.primary_key_id();
  const auto id = static_cast<std::uint32_t>(step.number("key_id"));
  const auto keys = keyring.keys();
  const auto found = std::ranges::find(keys, id, &crypto::KeyInfo::id);
  if (found != keys.end() && found->status == crypto::KeyStatus::enabled) return id;
  const std::string& file = context.job.keyrings.find(step.text("key"))->second.file;
  return Error{ErrorCode::config,
               cat(file, found == keys.end() ? " has no key " : " has no enabled key ", id,
                   "; these are its keys: adyton keys list ", file),
               place_of(step, context, "key_id")};
}

void check_key_id(const StepConfig& step, std::vector<Diagnostic>& problems) {
  if (!step.has("key_id") || step.number("key_id") <= 0xffffffff) return;
  problems.push_back({step.places.find("key_id")->second, "there is no such key id",
                      "adyton keys list FILE shows the ids of a keyring's keys"});
}

}  // namespace adyton::pipeline
