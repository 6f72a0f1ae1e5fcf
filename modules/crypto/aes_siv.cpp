#include "modules/crypto/aes_siv.h"

#include <cstring>

#include <cryptopp/aes.h>
#include <cryptopp/modes.h>

#include "modules/crypto/compare.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

using Block = std::array<std::uint8_t, 16>;

// Multiplication by x in GF(2^128) (RFC 5297, section 2.3), without a branch on the bits.
Block doubled(const Block& in) {
  Block out;
  const auto carry = static_cast<std::uint8_t>(-(in[0] >> 7));
  for (std::size_t i = 0; i < 15; ++i) {
    out[i] = static_cast<std::uint8_t>((in[i] << 1) | (in[i + 1] >> 7));
  }
  out[15] = static_cast<std::uint8_t>((in[15] << 1) ^ (carry & 0x87));
  return out;
}

void xor_into(Block& block, const std::uint8_t* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) block[i] ^= bytes[i];
}

}  // namespace

struct AesSiv::Counter {
  CryptoPP::CTR_Mode<CryptoPP::AES>::Encryption ctr;
};

AesSiv::AesSiv(Bytes key)
    : cmac_(key.first(key.size() / 2)), counter_(std::make_unique<Counter>()) {
  const Block zero{};
  const Bytes ctr_key = key.last(key.size() / 2);
  counter_->ctr.SetKeyWithIV(ctr_key.data(), ctr_key.size(), zero.data(), zero.size());
  mac_of_zero_ = mac(zero);
}

AesSiv::~AesSiv() {
  wipe(mac_of_zero_.data(), mac_of_zero_.size());
  wipe(last_mac_.data(), last_mac_.size());
}

void AesSiv::seal(std::span<const Bytes> associated_data, Bytes plaintext, std::uint8_t* out) {
  const Block siv = s2v(associated_data, plaintext);
  std::memcpy(out, siv.data(), siv.size());
  apply_counter(siv, plaintext, out + siv_size);
}

bool AesSiv::open(std::span<const Bytes> associated_data, Bytes ciphertext, std::uint8_t* out) {
  if (ciphertext.size() < siv_size) return false;
  Block siv;
  std::memcpy(siv.data(), ciphertext.data(), siv.size());
  const std::size_t size = ciphertext.size() - siv_size;
  apply_counter(siv, ciphertext.subspan(siv_size), out);
  const bool ok = constant_time_equal(s2v(associated_data, {out, size}), siv);
  if (!ok) wipe(out, size);
  return ok;
}

Block AesSiv::mac(Bytes data) {
  Block tag;
  cmac_.update(data);
  cmac_.finish(tag);
  return tag;
}

Block AesSiv::mac_of_associated_data(std::span<const Bytes> associated_data) {
  const bool single = associated_data.size() == 1;
  if (single && have_last_ && as_text(associated_data[0]) == last_associated_data_) {
    return last_mac_;
  }
  Block d = mac_of_zero_;
  for (const Bytes component : associated_data) {
    d = doubled(d);
    const Block tag = mac(component);
    xor_into(d, tag.data(), tag.size());
  }
  if (single) {
    last_associated_data_ = as_text(associated_data[0]);
    last_mac_ = d;
    have_last_ = true;
  }
  return d;
}

Block AesSiv::s2v(std::span<const Bytes> associated_data, Bytes plaintext) {
  Block d = mac_of_associated_data(associated_data);
  Block last;
  if (plaintext.size() >= last.size()) {
    // "xorend": the last 16 bytes of the plaintext are added to D.
    const Bytes tail = plaintext.last(last.size());
    xor_into(d, tail.data(), tail.size());
    cmac_.update(plaintext.first(plaintext.size() - last.size()));
  } else {
    d = doubled(d);
    xor_into(d, plaintext.data(), plaintext.size());
    d[plaintext.size()] ^= 0x80;
  }
  cmac_.update(d);
  cmac_.finish(last);
  return last;
}

void AesSiv::apply_counter(const Block& siv, Bytes in, std::uint8_t* out) {
  if (in.empty()) return;
  Block start = siv;
  // Bits 31 and 63 are cleared so that 32- and 64-bit counters agree.
  start[8] &= 0x7f;
  start[12] &= 0x7f;
  counter_->ctr.Resynchronize(start.data(), static_cast<int>(start.size()));
  counter_->ctr.ProcessData(out, in.data(), in.size());
}

}  // namespace adyton::crypto
