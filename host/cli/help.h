#pragma once

#include <span>
#include <string>

#include "host/cli/command_line.h"

namespace adyton::cli {

/// What `adyton --help` prints.
std::string help_text(Commands commands);

/// `adyton --help`, `adyton help [COMMAND]`: the help of Adyton, or of one command (which is asked
/// with --help). Exit code 0; 2 for a command that does not exist.
int help_command(std::span<const std::string> args, Commands commands, Os& os);

}  // namespace adyton::cli
