#pragma once

#include <string>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/cli/passphrase.h"
#include "modules/crypto/keyring_access.h"

namespace adyton::cli {

/// What a subcommand of `adyton keys` does with a keyring file, and so which options it has:
/// --identity opens, --recipient seals, --passphrase, --passphrase-env and --command do both.
enum class KeyringUse { opens, seals, changes };

void add_access_options(boost::program_options::options_description& options, KeyringUse use);

/// What those options name. A passphrase that a file is to be sealed by for the first time is typed
/// twice. `prefix` is "to-" for the second set of `keys convert`.
Result<crypto::KeyringAccess> access_of(const boost::program_options::variables_map& values, Os& os,
                                        Asked asked, const std::string& prefix = "");

/// The options of `keys convert` that say how the copy is sealed: --to-recipient and so on.
void add_target_options(boost::program_options::options_description& options);

}  // namespace adyton::cli
