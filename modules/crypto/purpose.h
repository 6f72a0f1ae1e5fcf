#pragma once

#include "host/base/result.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// Why a class for keys of `wanted` does not take that key, which serves another purpose, and what
/// to do: ErrorCode::config, names the key's id and type.
Error wrong_purpose(const Keyring::Key& key, KeyPurpose wanted);

/// Every enabled key of the keyring is for that purpose, or the error says which is not.
Status check_purpose(const Keyring& keyring, KeyPurpose wanted);

/// A key type of that purpose, for a message: make a keyring of type …
KeyType usual_type(KeyPurpose purpose);

}  // namespace adyton::crypto
