#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/base/text.h"
#include "modules/crypto/block_engine.h"
#include "modules/crypto/counter_engine.h"
#include "modules/crypto/digest_engine.h"
#include "modules/crypto/message.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {

/// AES-SIV (RFC 5297), deterministic authenticated encryption, composed of what the process's
/// provider has (provider.h): its CMAC and counter mode for long messages, its AES for short ones,
/// of which many are done block by block, side by side. One thread at a time; wiped by its
/// destructor.
class AesSiv : public InSecretMemory {
 public:
  static constexpr std::size_t siv_size = 16;
  /// RFC 5297, section 7: S2V takes at most 127 strings, and the last is the plaintext.
  static constexpr std::size_t most_components = 126;

  /// `key` has 32, 48 or 64 bytes: the first half is the CMAC key, the second the CTR key.
  explicit AesSiv(Bytes key);
  ~AesSiv();
  AesSiv(const AesSiv&) = delete;
  AesSiv& operator=(const AesSiv&) = delete;

  /// Writes siv_size + plaintext.size() bytes at `out`: the synthetic IV, then the ciphertext.
  /// `associated_data`: at most most_components strings (none is not the same as one empty one).
  void seal(std::span<const Bytes> associated_data, Bytes plaintext, std::uint8_t* out);

  /// True if the synthetic IV is right; then ciphertext.size() - siv_size bytes are at `out`. False
  /// if not, or if the ciphertext is too short; then those bytes at `out` are wiped.
  bool open(std::span<const Bytes> associated_data, Bytes ciphertext, std::uint8_t* out);

  /// The same for many messages, whose associated data is one string each: side by side where they
  /// are short.
  void seal_many(std::span<const Sealing> messages);
  void open_many(std::span<Opening> messages);

 private:
  static constexpr std::size_t group_size = 64;

  // One message in blocks, and where its CMAC goes.
  struct Lane {
    const Block* next;
    const Block* end;
    Block* tag;
  };

  void seal_group(std::span<const Sealing> messages);
  void open_group(std::span<Opening> messages);
  Block mac(Bytes data);
  Block mac_of_associated_data(std::span<const Bytes> associated_data);
  void finish_s2v(std::span<const Bytes> texts, std::span<Block> blocks);
  std::size_t write_last_string(Bytes text, const Block& d, Block* out) const;
  void mac_side_by_side(std::span<Lane> lanes);
  Block mac_of_long(Bytes text, const Block& d);
  void apply_counter(std::span<const Counting> texts);

  std::unique_ptr<DigestEngine> cmac_;
  std::unique_ptr<CounterEngine> counter_;
  std::unique_ptr<BlockEngine> cmac_blocks_;
  std::unique_ptr<BlockEngine> counter_blocks_;
  Block mac_of_zero_;
  // CMAC's subkeys: for a last block that is whole, and for one that is padded.
  Block whole_;
  Block padded_;
  std::vector<Block> scratch_;  // plaintexts: wiped after every call
  // A batch has one associated data: what S2V makes of it is kept.
  std::string last_associated_data_;
  Block last_mac_{};
  bool have_last_ = false;
};

}  // namespace adyton::crypto
