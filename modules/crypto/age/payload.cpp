#include "modules/crypto/age/payload.h"

#include <algorithm>

#include "modules/crypto/age/file_key.h"
#include "modules/crypto/chacha_poly.h"
#include "modules/crypto/random.h"

namespace adyton::crypto::age {
namespace {

static_assert(tag_size == ChaCha20Poly1305::tag_size);

using ChunkNonce = std::array<std::uint8_t, ChaCha20Poly1305::nonce_size>;

ChunkNonce nonce_of(std::uint64_t chunk, End end) {
  ChunkNonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[10 - i] = static_cast<std::uint8_t>(chunk >> 8 * i);
  nonce[11] = end == End::yes ? 1 : 0;
  return nonce;
}

/// The part of the bytes that a task takes.
Bytes part_of(Bytes bytes, std::size_t task, std::size_t chunk) {
  const std::size_t most = chunk * chunks_of_a_task;
  bytes = bytes.subspan(task * most);
  return bytes.first(std::min(bytes.size(), most));
}

End end_of(std::size_t task, Bytes bytes, std::size_t chunk, End end) {
  return task + 1 == task_count(bytes.size(), chunk) ? end : End::no;
}

}  // namespace

std::optional<std::uint64_t> opened_size(std::uint64_t sealed) {
  const std::uint64_t last = sealed % sealed_chunk_size;
  // An empty last chunk is only right where it is the only one.
  if (sealed < tag_size || (last != 0 && last < tag_size)) return std::nullopt;
  if (last == tag_size && sealed != tag_size) return std::nullopt;
  const std::uint64_t chunks = sealed / sealed_chunk_size + (last != 0 ? 1 : 0);
  return sealed - chunks * tag_size;
}

PayloadCipher::PayloadCipher(Bytes file_key, const Nonce& nonce)
    : key_(derive_key(file_key, nonce, "payload")) {}

void PayloadCipher::seal(std::uint64_t first, End end, Bytes text, std::uint8_t* out) const {
  if (text.empty() && end == End::no) return;
  ChaCha20Poly1305 cipher(key_.bytes());
  do {
    const Bytes chunk = text.first(std::min(text.size(), chunk_size));
    text = text.subspan(chunk.size());
    cipher.seal(nonce_of(first++, text.empty() ? end : End::no), {}, chunk, out);
    out += chunk.size() + tag_size;
  } while (!text.empty());
}

bool PayloadCipher::open(std::uint64_t first, End end, Bytes sealed, std::uint8_t* out) const {
  ChaCha20Poly1305 cipher(key_.bytes());
  std::uint8_t* const begin = out;
  bool ok = true;
  while (ok && !sealed.empty()) {
    const Bytes chunk = sealed.first(std::min(sealed.size(), sealed_chunk_size));
    sealed = sealed.subspan(chunk.size());
    ok = cipher.open(nonce_of(first++, sealed.empty() ? end : End::no), {}, chunk, out);
    if (ok) out += chunk.size() - tag_size;
  }
  if (!ok) wipe(begin, static_cast<std::size_t>(out - begin));
  wipe_frames();  // of the chunks that were opened, too: one behind them may be refused
  return ok;
}

void seal_task(const PayloadCipher& cipher, std::size_t task, std::uint64_t first, End end,
               Bytes text, std::uint8_t* out) {
  cipher.seal(first + task * chunks_of_a_task, end_of(task, text, chunk_size, end),
              part_of(text, task, chunk_size), out + task * chunks_of_a_task * sealed_chunk_size);
}

bool open_task(const PayloadCipher& cipher, std::size_t task, std::uint64_t first, End end,
               Bytes sealed, std::uint8_t* out) {
  return cipher.open(first + task * chunks_of_a_task, end_of(task, sealed, sealed_chunk_size, end),
                     part_of(sealed, task, sealed_chunk_size),
                     out + task * chunks_of_a_task * chunk_size);
}

PayloadCipher::Nonce new_payload_nonce() {
  PayloadCipher::Nonce nonce{};
  fill_random(nonce);
  return nonce;
}

}  // namespace adyton::crypto::age
