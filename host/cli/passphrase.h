#pragma once

#include <optional>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/secret.h"

namespace adyton::cli {

enum class Asked { once, twice };

/// A passphrase: the first line that descriptor `fd` gives, or, without one, what is typed on the
/// terminal, which does not show it. Asked::twice: typed again, to be sure. ErrorCode::config if
/// there is no terminal, if it is empty, or if the two differ; ErrorCode::stopped on Ctrl-C.
Result<crypto::Secret> read_passphrase(std::optional<int> fd, Asked asked);

}  // namespace adyton::cli
