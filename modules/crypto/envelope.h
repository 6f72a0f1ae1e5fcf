#pragma once

#include <memory>
#include <string>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/key_wrapper.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// Envelope encryption in the wire form of Tink's KmsEnvelopeAead: each message has a key of its
/// own, which is sealed by another key, and that may lie in a KMS.
///
///   4 bytes   the length of the sealed key, big endian, at most 4096
///   …         the sealed key: Tink's key message (AesGcmKey, XChaCha20Poly1305Key)
///   …         the message, as an Aead with that key and without prefix makes it
///
/// The associated data is bound to the message, not to the sealed key. Any thread; blocks as the
/// wrapper does.
class EnvelopeAead {
 public:
  /// Keys of that type: aes256_gcm, aes128_gcm or xchacha20_poly1305, which are Tink's
  /// (ErrorCode::config for another).
  static Result<EnvelopeAead> create(std::shared_ptr<const KeyWrapper> wrapper,
                                     KeyType key_type = KeyType::aes256_gcm);

  Result<std::string> encrypt(Bytes plaintext, Bytes associated_data) const;
  /// ErrorCode::crypto "decryption failed", whatever the reason; ErrorCode::io if the wrapper is a
  /// program that failed.
  Result<std::string> decrypt(Bytes ciphertext, Bytes associated_data) const;

 private:
  EnvelopeAead(std::shared_ptr<const KeyWrapper> wrapper, KeyType key_type)
      : wrapper_(std::move(wrapper)), key_type_(key_type) {}

  std::shared_ptr<const KeyWrapper> wrapper_;
  KeyType key_type_;
};

}  // namespace adyton::crypto
