#pragma once

#include <span>
#include <string>

#include "host/base/os.h"

namespace adyton::cli {

/// `adyton seal -r RECIPIENT|-R FILE|-p [-a] [-o OUT] [FILE]`: an age file. Exit code: 0 done, 1 a
/// file or key that fails, 2 usage, 75 interrupted while a passphrase was typed.
int seal_command(std::span<const std::string> args, Os& os);

}  // namespace adyton::cli
