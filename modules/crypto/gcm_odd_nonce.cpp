#include "modules/crypto/gcm_odd_nonce.h"

#include <algorithm>
#include <cstring>

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/modes.h>

#include "modules/crypto/compare.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

using Block = std::array<std::uint8_t, 16>;

Block operator^(const Block& a, const Block& b) {
  Block out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = a[i] ^ b[i];
  return out;
}

std::uint32_t counter_of(const Block& block) {
  return std::uint32_t{block[12]} << 24 | std::uint32_t{block[13]} << 16 |
         std::uint32_t{block[14]} << 8 | block[15];
}

void set_counter(Block& block, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    block[12 + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
}

}  // namespace

struct GcmOddNonce::State : InSecretMemory {
  CryptoPP::GCM<CryptoPP::AES>::Decryption hash;
  CryptoPP::CTR_Mode<CryptoPP::AES>::Encryption ctr;
  CryptoPP::AES::Encryption aes;
  Block mask;  // what Crypto++ adds to GHASH under the nonce of zeros

  static constexpr std::uint8_t nonce[12] = {};
};

GcmOddNonce::GcmOddNonce(Bytes key) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.hash.SetKeyWithIV(key.data(), key.size(), State::nonce, sizeof State::nonce);
  s.aes.SetKey(key.data(), key.size());
  Block start{};
  s.ctr.SetKeyWithIV(key.data(), key.size(), start.data(), start.size());
  start[15] = 1;
  s.aes.ProcessBlock(start.data(), s.mask.data());
}

GcmOddNonce::~GcmOddNonce() {
  wipe(state_->mask.data(), state_->mask.size());
}

// The first block of a nonce that has not 12 bytes is its GHASH, hashed like a ciphertext.
void GcmOddNonce::seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) {
  const Block first = ghash({}, nonce);
  apply_counter(first, plaintext, out);
  const Block made = tag(first, associated_data, {out, plaintext.size()});
  std::memcpy(out + plaintext.size(), made.data(), made.size());
}

bool GcmOddNonce::open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) {
  if (ciphertext.size() < tag_size) return false;
  const Bytes text = ciphertext.first(ciphertext.size() - tag_size);
  const Block first = ghash({}, nonce);
  if (!constant_time_equal(tag(first, associated_data, text), ciphertext.last(tag_size))) {
    wipe(out, text.size());
    return false;
  }
  apply_counter(first, text, out);
  return true;
}

Block GcmOddNonce::ghash(Bytes associated_data, Bytes ciphertext) {
  State& s = *state_;
  s.hash.Resynchronize(State::nonce, sizeof State::nonce);
  if (!associated_data.empty()) s.hash.Update(associated_data.data(), associated_data.size());
  // Decrypting hashes its input; what it writes is of no use.
  std::array<std::uint8_t, 4096> unused;
  for (Bytes rest = ciphertext; !rest.empty();) {
    const Bytes chunk = rest.first(std::min(rest.size(), unused.size()));
    s.hash.ProcessData(unused.data(), chunk.data(), chunk.size());
    rest = rest.subspan(chunk.size());
  }
  Block masked;
  s.hash.TruncatedFinal(masked.data(), masked.size());
  return masked ^ s.mask;
}

Block GcmOddNonce::tag(const Block& first_block, Bytes associated_data, Bytes ciphertext) {
  Block pad;
  state_->aes.ProcessBlock(first_block.data(), pad.data());
  return ghash(associated_data, ciphertext) ^ pad;
}

void GcmOddNonce::apply_counter(Block counter, Bytes in, std::uint8_t* out) {
  // The counter is 32 bits wide and starts after the first block; CTR's is 128: cut where it wraps.
  set_counter(counter, counter_of(counter) + 1);
  while (!in.empty()) {
    const std::uint64_t blocks = 0x100000000ULL - counter_of(counter);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), blocks * 16));
    state_->ctr.Resynchronize(counter.data(), static_cast<int>(counter.size()));
    state_->ctr.ProcessData(out, in.data(), size);
    in = in.subspan(size);
    out += size;
    set_counter(counter, 0);
  }
}

}  // namespace adyton::crypto
