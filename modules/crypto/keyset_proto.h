#pragma once

#include <string>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

// Tink's Keyset message, which a sealed keyset holds in place of the JSON:
//
//   Keyset    1 primary_key_id   2 key (repeated)
//   Key       1 key_data   2 status (1 enabled, 2 disabled, 3 destroyed)   3 key_id
//             4 output_prefix_type (1 Tink, 3 raw)
//   KeyData   1 type_url   2 value   3 key_material_type (1 symmetric, 2 private, 3 public)

/// As strict as Keyring::parse.
Result<Keyring> read_keyset_proto(std::string_view message);

/// The keys in the clear: the caller wipes them.
std::string write_keyset_proto(const Keyring& keyring);

}  // namespace adyton::crypto
