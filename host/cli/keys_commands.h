#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/cli/keys_access.h"
#include "modules/crypto/keyring_store.h"

namespace adyton::cli {

// The subcommands of `adyton keys`; what they share, and their exit codes, as keys_command's.

int new_keyring(std::span<const std::string> args, Os& os);
int list_keys(std::span<const std::string> args, Os& os);
int rotate_keyring(std::span<const std::string> args, Os& os);
int promote_key(std::span<const std::string> args, Os& os);
int enable_key(std::span<const std::string> args, Os& os);
int disable_key(std::span<const std::string> args, Os& os);
int destroy_key(std::span<const std::string> args, Os& os);
int export_public(std::span<const std::string> args, Os& os);
int convert_keyring(std::span<const std::string> args, Os& os);

/// Says the error; exit_failed, or exit_stopped where Ctrl-C answered the question for a
/// passphrase.
int fail_keys(std::string_view command, const Error& error);

/// The types that --type takes, for its help.
std::string known_key_types();

/// The type that --type names; else, once it has said which there are, the exit code.
std::variant<crypto::KeyType, int> key_type_of(std::string_view command, const std::string& name);

/// Warns if that file holds secrets in the clear.
void warn_of_cleartext(std::string_view command, const std::string& path,
                       const crypto::Keyring& keyring, const crypto::KeyringSealer& sealer);

}  // namespace adyton::cli
