#pragma once

#include <span>
#include <string>

#include "host/base/os.h"

namespace adyton::cli {

/// `adyton json [FILE] [POINTER]`: checks, formats, minifies, makes canonical and picks from JSON
/// of any size, in memory that does not grow with it (but for the canonical form). Writes to
/// standard output. Exit code: 0 done, 1 no JSON, nothing to pick or a failing file, 2 usage.
int json_command(std::span<const std::string> args, Os& os);

}  // namespace adyton::cli
