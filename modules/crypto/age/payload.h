#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "host/base/text.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto::age {

// What follows the header of an age file: a nonce of 16 bytes, then the text in chunks of 64 KiB,
// each sealed by ChaCha20-Poly1305 under a key made from the file key and that nonce. A chunk's own
// nonce is its number (11 bytes, big endian) and 1 for the last one, 0 for all before; the last one
// is shorter than the others or as long, and empty only if there is no other.
inline constexpr std::size_t payload_nonce_size = 16;
inline constexpr std::size_t chunk_size = 64 * 1024;
inline constexpr std::size_t tag_size = 16;
inline constexpr std::size_t sealed_chunk_size = chunk_size + tag_size;

/// Bytes of the payload, its nonce not counted, for a text of that length.
constexpr std::uint64_t sealed_size(std::uint64_t size) {
  const std::uint64_t chunks = size == 0 ? 1 : (size + chunk_size - 1) / chunk_size;
  return size + chunks * tag_size;
}

/// The text's length in a payload of that length without its nonce; nullopt if none has it.
std::optional<std::uint64_t> opened_size(std::uint64_t sealed);

/// Whether the last of the chunks at hand is the file's last.
enum class End { no, yes };

/// The cipher of one file's chunks. Const use from any number of threads.
class PayloadCipher {
 public:
  using Nonce = std::array<std::uint8_t, payload_nonce_size>;

  PayloadCipher(Bytes file_key, const Nonce& nonce);

  /// Seals `text`, whole chunks but for the file's last one, whose first has the number `first`.
  /// Writes sealed_size(text.size()) bytes at `out`, which may not overlap it. An empty text is one
  /// chunk if it is the end and none if not.
  void seal(std::uint64_t first, End end, Bytes text, std::uint8_t* out) const;

  /// The reverse: true if every chunk is right. Else false, and the bytes at `out`, for which there
  /// is room for all of the text, are wiped. Precondition: opened_size(sealed.size()).
  bool open(std::uint64_t first, End end, Bytes sealed, std::uint8_t* out) const;

 private:
  Secret key_;
};

/// How many chunks one call should take when they are spread over threads.
inline constexpr std::size_t chunks_of_a_task = 8;

/// The tasks in which `size` bytes of chunks that are `chunk` long each are done: task i begins at
/// byte i * chunk * chunks_of_a_task.
constexpr std::size_t task_count(std::size_t size, std::size_t chunk) {
  const std::size_t task = chunk * chunks_of_a_task;
  return size == 0 ? 1 : (size + task - 1) / task;
}

/// One task of sealing `text`, as PayloadCipher::seal() would do it in one go.
void seal_task(const PayloadCipher& cipher, std::size_t task, std::uint64_t first, End end,
               Bytes text, std::uint8_t* out);
/// One task of opening; false if one of its chunks is wrong.
bool open_task(const PayloadCipher& cipher, std::size_t task, std::uint64_t first, End end,
               Bytes sealed, std::uint8_t* out);

PayloadCipher::Nonce new_payload_nonce();

}  // namespace adyton::crypto::age
