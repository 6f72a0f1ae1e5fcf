#include "host/pipeline/keyring_files.h"

#include <utility>

#include "modules/crypto/keyring_access.h"

namespace adyton::pipeline {
namespace {

Result<crypto::KeyringAccess> access_of(Os& os, const KeyringConfig& config) {
  crypto::KeyringAccessOptions options;
  options.command = config.command;
  if (!config.identity.empty()) options.identity_files.push_back(config.identity);
  if (config.passphrase_env.empty()) return crypto::KeyringAccess::of(options, os);
  ADYTON_TRY(options.passphrase, crypto::passphrase_in(config.passphrase_env));
  const crypto::WipeAtExit wipe_passphrase(*options.passphrase);
  return crypto::KeyringAccess::of(options, os);
}

bool names_a_way(const KeyringConfig& config) {
  return !config.command.empty() || !config.identity.empty() || !config.passphrase_env.empty();
}

}  // namespace

Result<crypto::Keyring> load_keyring(Os& os, const KeyringConfig& config) {
  ADYTON_TRY(const crypto::KeyringAccess access, access_of(os, config));
  auto keyring = crypto::load_keyring(os, config.file, access.opener());
  if (keyring || names_a_way(config) || keyring.error().message.find("is sealed") != 0) {
    return keyring;
  }
  Error error = std::move(keyring).error();
  error.message += "; name it in the job: passphrase_env, identity or command";
  return error;
}

}  // namespace adyton::pipeline
