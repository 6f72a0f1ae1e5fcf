#pragma once

#include <span>
#include <string>

#include "host/base/os.h"

namespace adyton::cli {

/// `adyton keys identity [-o FILE]`, `adyton keys identity --recipient FILE`: makes an age identity
/// and tells its recipient, or tells the recipients of those in a file. Exit code: 0 done, 1 a file
/// that fails, 2 usage.
int identity_command(std::span<const std::string> args, Os& os);

}  // namespace adyton::cli
