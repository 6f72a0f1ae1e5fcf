#pragma once

#include <string>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

// Tink's key messages, the `value` of a keyset's key (field numbers of tink's proto/*.proto):
//
//   AesGcmKey             1 version   2 params {}                 3 key_value (16 or 32 bytes)
//   XAesGcmKey            1 version   2 params { 1 salt_size }    3 key_value (32)
//   ChaCha20Poly1305Key   1 version   2 key_value (32)
//   XChaCha20Poly1305Key  1 version   3 key_value (32)
//   AesSivKey             1 version   2 key_value (64)
//   HmacKey               1 version   2 params { 1 hash  2 tag_size }   3 key_value
//                         hash 3 (SHA256), tag_size 32, 32 bytes; hash 4 (SHA512), tag_size 64, 64
//   HkdfPrfKey            1 version   2 params { 1 hash  2 salt }   3 key_value (32); hash 3
//   HmacPrfKey            1 version   2 params { 1 hash }   3 key_value (32 for hash 3, 64 for 4)
//   AesCmacPrfKey         1 version   2 key_value (32)
//
// Those of signatures are in signature_proto.h.
//
// The version is 0, which proto3 does not write.

/// "type.googleapis.com/google.crypto.tink.AesGcmKey", …
std::string_view type_url(KeyType type, KeyPart part);

/// How many bytes a key of that type has.
std::size_t key_size(KeyType type);

/// Reads `value` into key.type, key.part, key.material and what else the type has. A type URL that
/// is none of the above, a version other than 0, a field that is not listed or repeated, a wrong
/// size: ErrorCode::invalid, with a message that continues "key 123 …" and holds no byte of the
/// key.
Status read_key_proto(std::string_view url, std::string_view value, Keyring::Key& key);

/// The bytes of a destroyed key are gone, or should be: its type alone is kept, where it is known.
void remember_type(std::string_view url, Keyring::Key& key);

/// The message of a key that is not destroyed. The caller wipes it.
std::string write_key_proto(const Keyring::Key& key);

}  // namespace adyton::crypto
