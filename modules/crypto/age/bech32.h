#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/base/text.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto::age {

// Bech32 (BIP 173) without its limit of 90 characters, as age writes keys.

/// What a bech32 text says.
struct Bech32 {
  std::string prefix;  // as it is spelled: lower or upper case
  Secret data;
};

/// `prefix` is 1 to 83 printable characters in lower case. The text is in lower case.
std::string encode_bech32(std::string_view prefix, Bytes data);

/// Nullopt for mixed case, a character outside the alphabet, a wrong checksum, or bits that are no
/// whole bytes.
std::optional<Bech32> decode_bech32(std::string_view text);

}  // namespace adyton::crypto::age
