#pragma once

#include <string_view>

#include "modules/crypto/engines.h"

namespace adyton::crypto {

/// The algorithm ("AES-GCM", "AES-CMAC", …) of which the engines do not give the published answers,
/// for one message and for many side by side; empty if there is none. Less than a millisecond.
std::string_view wrong_answer(const Engines& engines);

}  // namespace adyton::crypto
