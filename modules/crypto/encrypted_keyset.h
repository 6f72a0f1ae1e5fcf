#pragma once

#include <string>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

// A keyset sealed by a key of its own, as Tink writes it in JSON:
//
//   {"encryptedKeyset": the sealed Keyset message (keyset_proto.h), in base64,
//    "keysetInfo": {"primaryKeyId": …, "keyInfo": [{"typeUrl", "status", "keyId",
//                   "outputPrefixType"}, …]}}
//
// What keysetInfo says is not sealed: it is for people to read, and is not used.

/// Whether that JSON is such a keyset, and not one in the clear.
bool is_encrypted_keyset(std::string_view json);

/// The sealed message of it. ErrorCode::invalid for anything else.
Result<std::string> sealed_keyset_of(std::string_view json);

std::string write_encrypted_keyset(const Keyring& keyring, std::string_view sealed);

}  // namespace adyton::crypto
