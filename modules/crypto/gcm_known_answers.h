#pragma once

#include "modules/crypto/gcm_engine.h"

namespace adyton::crypto {

/// Whether the engine gives the published ciphertexts for every key size, opens them, and refuses
/// one with a changed tag, leaving no plaintext. Some microseconds; the engine keeps no key that
/// matters.
bool gives_known_answers(GcmEngine& engine);

}  // namespace adyton::crypto
