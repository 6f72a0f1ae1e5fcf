#pragma once

#include <string>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

// Tink's messages of keys that sign (field numbers of tink's proto/ed25519.proto, ecdsa.proto):
//
//   Ed25519PublicKey    1 version   2 key_value (32)
//   Ed25519PrivateKey   1 version   2 key_value (32, RFC 8032's secret)   3 Ed25519PublicKey
//   EcdsaPublicKey      1 version   2 params { 1 hash  2 curve  3 encoding }   3 x   4 y
//                       hash 3 (SHA256), curve 2 (NIST P-256), encoding 1 (IEEE P1363) or 2 (DER)
//   EcdsaPrivateKey     1 version   2 EcdsaPublicKey   3 key_value (the scalar)
//
// Numbers are big endian. Read are those of fewer than 32 bytes and those with zeros in front, too
// (Tink has written both), written are 32 bytes. The version is 0, which proto3 does not write.

/// Empty unless the type is one that signs and the part one of its two.
std::string_view signature_type_url(KeyType type, KeyPart part);

bool is_signature_url(std::string_view url);

/// Reads `value` into type, part, material and public_key. A point that is not on the curve, a
/// scalar outside the group, a public half that belongs to another secret, and what else
/// read_key_proto refuses: ErrorCode::invalid, with a message that continues "key 123 …" and holds
/// no byte of the key. Precondition: is_signature_url.
Status read_signature_proto(std::string_view url, std::string_view value, Keyring::Key& key);

/// The message of a key that is not destroyed. The caller wipes it.
std::string write_signature_proto(const Keyring::Key& key);

}  // namespace adyton::crypto
