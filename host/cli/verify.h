#pragma once

#include <span>
#include <string>

#include "host/base/os.h"

namespace adyton::cli {

/// `adyton verify RECEIPT`: reads the files that a receipt names again and says where they differ
/// from it. Writes nothing. Exit code: 0 all is as it says, 1 something differs, 2 usage.
int verify_command(std::span<const std::string> args, Os& os);

}  // namespace adyton::cli
