#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/text.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

/// One AEAD algorithm under one key, where the caller supplies the nonce and answers for its never
/// being used twice. Keeps the expanded key between messages: a message costs no key schedule. One
/// thread at a time; wiped by its destructor.
class AeadCipher : public InSecretMemory {
 public:
  static constexpr std::size_t tag_size = 16;
  /// The longest plaintext (SP 800-38D: 2^39 - 256 bits); a longer one is the caller's to refuse.
  static constexpr std::uint64_t longest_plaintext = (1ULL << 36) - 32;

  virtual ~AeadCipher() = default;

  /// Writes plaintext.size() + tag_size bytes at `out`: the ciphertext, then the tag. `out` may not
  /// overlap the inputs. The nonce has a size the algorithm takes.
  virtual void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) = 0;

  /// True if the tag is right; then ciphertext.size() - tag_size bytes are at `out`. False if not,
  /// or if the ciphertext is shorter than a tag; then those bytes at `out` are wiped.
  virtual bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) = 0;
};

}  // namespace adyton::crypto
