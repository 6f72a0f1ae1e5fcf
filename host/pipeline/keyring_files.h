#pragma once

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "modules/crypto/keyring.h"

namespace adyton::pipeline {

/// The keyring of a job's [keyring.NAME], opened by what that names: its command is run, its
/// passphrase read from the environment. Fails as crypto::load_keyring(); an error about a sealed
/// file says which key of the section opens it.
Result<crypto::Keyring> load_keyring(Os& os, const KeyringConfig& config);

}  // namespace adyton::pipeline
