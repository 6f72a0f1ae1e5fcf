#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/text.h"

namespace adyton::crypto {

/// FIPS 180-4, FIPS 202, RFC 7693 (BLAKE2b with a 64-byte digest, no key).
enum class Hash { sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512, blake2b };

/// "sha256", "sha3_256", "blake2b": hashlib's names.
std::string_view hash_name(Hash hash);
std::optional<Hash> parse_hash(std::string_view name);
/// All of them, in the order of the enumeration.
std::span<const std::string_view> hash_names();
std::size_t digest_size(Hash hash);
std::size_t block_size(Hash hash);

/// A running digest, or authentication code. One thread at a time. What a key becomes lies in
/// secret memory and is wiped by the destructor.
class Digest {
 public:
  explicit Digest(Hash hash);
  /// BLAKE2b with a digest of 1 to 64 bytes and a key of 0 to 64 bytes.
  static Digest blake2b(std::size_t digest_size, Bytes key);
  /// HMAC (RFC 2104) under a key of any length. The hash is one that supports_hmac().
  static Digest hmac(Hash hash, Bytes key);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  /// An independent digest that has seen the same bytes.
  Digest clone() const;

  void update(Bytes data);
  /// The digest of everything so far; more may follow.
  std::string value() const;

  /// "sha256"; "hmac-sha256" of an HMAC.
  std::string name() const;
  /// The hash that does the work.
  Hash hash() const;
  std::size_t size() const;

 private:
  class State;
  template <class H, class Memory>
  class StateOf;
  explicit Digest(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

std::string digest(Hash hash, Bytes data);

/// HMAC (RFC 2104) over any hash but BLAKE2b, which has its own keyed mode. The precondition is the
/// caller's to check: supports_hmac().
bool supports_hmac(Hash hash);
std::string hmac(Hash hash, Bytes key, Bytes data);

}  // namespace adyton::crypto
