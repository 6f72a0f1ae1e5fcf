#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "host/base/text.h"
#include "modules/crypto/cmac.h"

namespace adyton::crypto {

/// AES-SIV (RFC 5297), deterministic authenticated encryption, composed of Crypto++'s CMAC and CTR.
/// One thread at a time; wiped by its destructor.
class AesSiv {
 public:
  static constexpr std::size_t siv_size = 16;
  /// RFC 5297, section 7: S2V takes at most 127 strings, and the last is the plaintext.
  static constexpr std::size_t most_components = 126;

  /// `key` has 32, 48 or 64 bytes: the first half is the CMAC key, the second the CTR key.
  explicit AesSiv(Bytes key);
  ~AesSiv();

  /// Writes siv_size + plaintext.size() bytes at `out`: the synthetic IV, then the ciphertext.
  /// `associated_data`: at most most_components strings (none is not the same as one empty one).
  void seal(std::span<const Bytes> associated_data, Bytes plaintext, std::uint8_t* out);

  /// True if the synthetic IV is right; then ciphertext.size() - siv_size bytes are at `out`. False
  /// if not, or if the ciphertext is too short; then those bytes at `out` are wiped.
  bool open(std::span<const Bytes> associated_data, Bytes ciphertext, std::uint8_t* out);

 private:
  using Block = std::array<std::uint8_t, 16>;
  struct Counter;

  Block mac(Bytes data);
  Block mac_of_associated_data(std::span<const Bytes> associated_data);
  Block s2v(std::span<const Bytes> associated_data, Bytes plaintext);
  void apply_counter(const Block& siv, Bytes in, std::uint8_t* out);

  AesCmac cmac_;
  std::unique_ptr<Counter> counter_;
  Block mac_of_zero_;
  // A batch has one associated data: what S2V makes of it is kept.
  std::string last_associated_data_;
  Block last_mac_;
  bool have_last_ = false;
};

}  // namespace adyton::crypto
