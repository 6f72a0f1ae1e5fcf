#pragma once

#include <optional>
#include <string>

#include <boost/program_options/variables_map.hpp>

#include "host/base/result.h"
#include "modules/crypto/secret.h"

namespace adyton::cli {

enum class Asked { once, twice };

/// A passphrase: the first line that descriptor `fd` gives, or, without one, what is typed on the
/// terminal, which does not show it. Asked::twice: typed again, to be sure. ErrorCode::config if
/// there is no terminal, if it is empty, or if the two differ; ErrorCode::stopped on Ctrl-C.
Result<crypto::Secret> read_passphrase(std::optional<int> fd, Asked asked);

/// The option `name`, scrypt's work factor (age::usual_work_factor), 1 to
/// age::possible_work_factor; `otherwise` if it is not given. ErrorCode::config for another number.
Result<unsigned> work_factor_of(const boost::program_options::variables_map& values,
                                const std::string& name, unsigned otherwise);

}  // namespace adyton::cli
