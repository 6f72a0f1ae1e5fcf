#pragma once

#include <string>
#include <string_view>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto::test {

/// A keyset with one key of Tink's in JSON: "HkdfPrfKey", its value in base64, …
inline std::string tink_keyset(std::string_view message, std::string_view value, std::uint32_t id,
                               std::string_view part, std::string_view prefix) {
  return cat(R"({"primaryKeyId":)", id,
             R"(,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.)", message,
             R"(","value":")", value, R"(","keyMaterialType":")", part,
             R"("},"status":"ENABLED","keyId":)", id, R"(,"outputPrefixType":")", prefix, "\"}]}");
}

inline std::string in_base64(std::string_view bytes) {
  return base64::encode(as_bytes(bytes), base64::Alphabet::standard);
}

}  // namespace adyton::crypto::test
