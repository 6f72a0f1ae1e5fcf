#pragma once

#include <span>
#include <string>

#include "host/base/os.h"

namespace adyton::cli {

/// `adyton keys new|list|rotate|promote|enable|disable|destroy|public|convert`: keyring files. Exit
/// code: 0 done, 1 a file that can't be read, written, opened or understood, 2 usage. Never prints
/// a byte of a secret key.
int keys_command(std::span<const std::string> args, Os& os);

}  // namespace adyton::cli
