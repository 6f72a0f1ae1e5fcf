#pragma once

#include <cstdint>
#include <string_view>

#include "host/pipeline/steps/spec.h"
#include "modules/crypto/keyring.h"

namespace adyton::pipeline {

// The keyrings that steps name. An Error here is ErrorCode::config at the option's place in the job
// file.

/// "job.toml:12:7": where the option stands, or the step where it was left out.
std::string place_of(const StepConfig& step, const StepContext& context, std::string_view option);

/// The keyring that the option names, all of whose enabled keys are for that purpose.
Result<const crypto::Keyring*> keyring_for(crypto::KeyPurpose purpose, const StepConfig& step,
                                           const StepContext& context, std::string_view option);

/// The key that the option `key_id` pins, an enabled one of the keyring; its primary without it.
Result<std::uint32_t> pinned_key(const crypto::Keyring& keyring, const StepConfig& step,
                                 const StepContext& context);

inline constexpr OptionSpec key_id_option = {
    .name = "key_id",
    .kind = OptionKind::number,
    .doc = "the id of the key that is used, so that a rotation changes nothing; else the primary"};

/// For StepSpec::check: a key id has 32 bits.
void check_key_id(const StepConfig& step, std::vector<Diagnostic>& problems);

}  // namespace adyton::pipeline
