#pragma once

#include <span>
#include <string>

#include "host/base/os.h"

namespace adyton::cli {

/// `adyton open -i IDENTITY|-p [-o OUT] [FILE]`: what is in an age file. Exit code as seal_command.
/// Nothing that was not verified is written.
int open_command(std::span<const std::string> args, Os& os);

}  // namespace adyton::cli
