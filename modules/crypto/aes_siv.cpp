#include "modules/crypto/aes_siv.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "modules/crypto/compare.h"
#include "modules/crypto/provider.h"
#include "modules/crypto/secret.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {
namespace {

// A longer text is done by itself.
constexpr std::size_t longest_short = 1024;

std::uint64_t big_endian(std::uint64_t n) {
  return std::endian::native == std::endian::big ? n : __builtin_bswap64(n);
}

std::uint32_t big_endian(std::uint32_t n) {
  return std::endian::native == std::endian::big ? n : __builtin_bswap32(n);
}

// Multiplication by x in GF(2^128) (RFC 5297, section 2.3), without a branch on the bits.
Block doubled(const Block& in) {
  std::array<std::uint64_t, 2> halves;
  std::memcpy(halves.data(), in.data(), in.size());
  const std::uint64_t high = big_endian(halves[0]);
  const std::uint64_t low = big_endian(halves[1]);
  halves[0] = big_endian((high << 1) | (low >> 63));
  halves[1] = big_endian((low << 1) ^ ((0 - (high >> 63)) & 0x87));
  Block out;
  std::memcpy(out.data(), halves.data(), out.size());
  return out;
}

std::size_t blocks_of(std::size_t size) {
  return (size + sizeof(Block) - 1) / sizeof(Block);
}

void xor_into(Block& block, const Block& other) {
  std::array<std::uint64_t, 2> a;
  std::array<std::uint64_t, 2> b;
  std::memcpy(a.data(), block.data(), block.size());
  std::memcpy(b.data(), other.data(), other.size());
  a[0] ^= b[0];
  a[1] ^= b[1];
  std::memcpy(block.data(), a.data(), block.size());
}

void xor_into(std::uint8_t* block, const std::uint8_t* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) block[i] ^= bytes[i];
}

Block start_of(const Block& siv) {
  Block start = siv;
  // Bits 31 and 63 are cleared so that 32- and 64-bit counters agree.
  start[8] &= 0x7f;
  start[12] &= 0x7f;
  return start;
}

/// The counters from `start` on, which is a synthetic IV's: bit 31 is clear, so that a short text
/// carries nothing out of the last 32 bits. Returns the place behind them.
Block* write_counters(const Block& start, std::size_t count, Block* out) {
  std::uint32_t low;
  std::memcpy(&low, start.data() + 12, sizeof low);
  low = big_endian(low);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t counted = big_endian(low + static_cast<std::uint32_t>(i));
    *out = start;
    std::memcpy(out->data() + 12, &counted, sizeof counted);
    ++out;
  }
  return out;
}

void add_stream(Bytes in, const Block* stream, std::uint8_t* out) {
  while (in.size() >= sizeof(Block)) {
    Block block;
    std::memcpy(block.data(), in.data(), block.size());
    xor_into(block, *stream++);
    std::memcpy(out, block.data(), block.size());
    out += block.size();
    in = in.subspan(block.size());
  }
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i] ^ (*stream)[i];
}

}  // namespace

AesSiv::AesSiv(Bytes key)
    : cmac_(engines().cmac(key.first(key.size() / 2))),
      counter_(engines().counter(key.last(key.size() / 2))),
      cmac_blocks_(engines().blocks(key.first(key.size() / 2))),
      counter_blocks_(engines().blocks(key.last(key.size() / 2))) {
  mac_of_zero_ = mac(Block{});
  Block of_zero{};
  cmac_blocks_->encrypt({&of_zero, 1});
  whole_ = doubled(of_zero);
  padded_ = doubled(whole_);
  wipe(of_zero.data(), of_zero.size());
}

AesSiv::~AesSiv() {
  for (Block* const block : {&mac_of_zero_, &whole_, &padded_}) wipe(block->data(), block->size());
  wipe(last_mac_.data(), last_mac_.size());
}

void AesSiv::seal(std::span<const Bytes> associated_data, Bytes plaintext, std::uint8_t* out) {
  Block siv = mac_of_associated_data(associated_data);
  finish_s2v({&plaintext, 1}, {&siv, 1});
  std::memcpy(out, siv.data(), siv.size());
  const Counting text{start_of(siv), plaintext, out + siv_size};
  apply_counter({&text, 1});
}

bool AesSiv::open(std::span<const Bytes> associated_data, Bytes ciphertext, std::uint8_t* out) {
  if (ciphertext.size() < siv_size) return false;
  Block siv;
  std::memcpy(siv.data(), ciphertext.data(), siv.size());
  const Counting text{start_of(siv), ciphertext.subspan(siv_size), out};
  apply_counter({&text, 1});
  const Bytes plaintext(out, text.in.size());
  Block right = mac_of_associated_data(associated_data);
  finish_s2v({&plaintext, 1}, {&right, 1});
  const bool ok = constant_time_equal(right, siv);
  if (!ok) wipe(out, plaintext.size());
  return ok;
}

void AesSiv::seal_many(std::span<const Sealing> messages) {
  for (std::size_t at = 0; at < messages.size(); at += group_size) {
    seal_group(messages.subspan(at, std::min(group_size, messages.size() - at)));
  }
}

void AesSiv::open_many(std::span<Opening> messages) {
  for (std::size_t at = 0; at < messages.size(); at += group_size) {
    open_group(messages.subspan(at, std::min(group_size, messages.size() - at)));
  }
}

void AesSiv::seal_group(std::span<const Sealing> messages) {
  std::array<Bytes, group_size> texts;
  std::array<Block, group_size> sivs;
  std::array<Counting, group_size> countings;
  const std::size_t count = messages.size();
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = messages[i].plaintext;
    sivs[i] = mac_of_associated_data({&messages[i].associated_data, 1});
  }
  finish_s2v(std::span(texts).first(count), std::span(sivs).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(messages[i].out, sivs[i].data(), siv_size);
    countings[i] = {start_of(sivs[i]), texts[i], messages[i].out + siv_size};
  }
  apply_counter(std::span(countings).first(count));
}

void AesSiv::open_group(std::span<Opening> messages) {
  std::array<Opening*, group_size> opened;
  std::array<Bytes, group_size> texts;
  std::array<Block, group_size> rights;
  std::array<Counting, group_size> countings;
  std::size_t count = 0;
  for (Opening& message : messages) {
    message.ok = false;
    message.size = 0;
    if (message.ciphertext.size() < siv_size) continue;
    Block siv;
    std::memcpy(siv.data(), message.ciphertext.data(), siv.size());
    countings[count] = {start_of(siv), message.ciphertext.subspan(siv_size), message.out};
    texts[count] = Bytes(message.out, message.ciphertext.size() - siv_size);
    rights[count] = mac_of_associated_data({&message.associated_data, 1});
    opened[count++] = &message;
  }
  apply_counter(std::span(countings).first(count));
  finish_s2v(std::span(texts).first(count), std::span(rights).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    opened[i]->ok = constant_time_equal(rights[i], opened[i]->ciphertext.first(siv_size));
    if (opened[i]->ok) {
      opened[i]->size = texts[i].size();
    } else {
      wipe(opened[i]->out, texts[i].size());
    }
  }
}

Block AesSiv::mac(Bytes data) {
  Block tag;
  const Tagging message{data, tag.data()};
  cmac_->digest_many({}, {&message, 1});
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
    xor_into(d.data(), tag.data(), tag.size());
  }
  if (single) {
    last_associated_data_ = as_text(associated_data[0]);
    last_mac_ = d;
    have_last_ = true;
  }
  return d;
}

/// S2V's last step, for each text: `blocks` holds D, and gets the synthetic IV.
void AesSiv::finish_s2v(std::span<const Bytes> texts, std::span<Block> blocks) {
  std::size_t room = 0;
  for (const Bytes text : texts) {
    if (text.size() <= longest_short) room += std::max<std::size_t>(blocks_of(text.size()), 1);
  }
  if (scratch_.size() < room) scratch_.resize(room);
  std::array<Lane, group_size> lanes;
  std::size_t count = 0;
  Block* out = scratch_.data();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() > longest_short) {
      blocks[i] = mac_of_long(texts[i], blocks[i]);
      continue;
    }
    Block* const end = out + write_last_string(texts[i], blocks[i], out);
    lanes[count++] = {out, end, &blocks[i]};
    out = end;
  }
  mac_side_by_side(std::span(lanes).first(count));
  wipe(scratch_.data(), room * sizeof(Block));
}

/// The string that S2V authenticates last, as CMAC takes it: padded to whole blocks, with a subkey
/// added to the last. Returns their number.
std::size_t AesSiv::write_last_string(Bytes text, const Block& d, Block* out) const {
  if (text.size() < d.size()) {
    Block last = doubled(d);
    xor_into(last.data(), text.data(), text.size());
    last[text.size()] ^= 0x80;
    xor_into(last, whole_);
    *out = last;
    return 1;
  }
  const std::size_t count = blocks_of(text.size());
  const std::size_t in_last = text.size() - (count - 1) * sizeof(Block);
  out[count - 1] = Block{};
  std::memcpy(out, text.data(), text.size());
  // "xorend": D is added to the last 16 bytes of the text.
  xor_into(reinterpret_cast<std::uint8_t*>(out) + text.size() - d.size(), d.data(), d.size());
  if (in_last < sizeof(Block)) out[count - 1][in_last] = 0x80;
  xor_into(out[count - 1], in_last < sizeof(Block) ? padded_ : whole_);
  return count;
}

/// CMAC of all the lanes, a block of each at a time.
void AesSiv::mac_side_by_side(std::span<Lane> lanes) {
  std::array<Block, group_size> states;
  std::size_t count = lanes.size();
  std::fill_n(states.begin(), count, Block{});
  while (count != 0) {
    for (std::size_t i = 0; i < count; ++i) xor_into(states[i], *lanes[i].next++);
    cmac_blocks_->encrypt(std::span(states).first(count));
    for (std::size_t i = 0; i < count;) {
      if (lanes[i].next != lanes[i].end) {
        ++i;
        continue;
      }
      *lanes[i].tag = states[i];
      --count;
      lanes[i] = lanes[count];
      states[i] = states[count];
    }
  }
}

Block AesSiv::mac_of_long(Bytes text, const Block& d) {
  Block last;
  std::memcpy(last.data(), text.last(last.size()).data(), last.size());
  xor_into(last.data(), d.data(), d.size());
  Block tag;
  const Tagging message{last, tag.data()};
  cmac_->digest_many(text.first(text.size() - last.size()), {&message, 1});
  return tag;
}

/// Counter mode: the blocks of all short texts are encrypted together.
void AesSiv::apply_counter(std::span<const Counting> texts) {
  std::size_t room = 0;
  for (const Counting& text : texts) {
    if (text.in.size() <= longest_short) room += blocks_of(text.in.size());
  }
  if (scratch_.size() < room) scratch_.resize(room);
  Block* next = scratch_.data();
  for (const Counting& text : texts) {
    if (text.in.size() > longest_short) {
      counter_->apply_many({&text, 1});
      continue;
    }
    next = write_counters(text.start, blocks_of(text.in.size()), next);
  }
  counter_blocks_->encrypt(std::span(scratch_).first(room));
  next = scratch_.data();
  for (const Counting& text : texts) {
    if (text.in.size() > longest_short) continue;
    add_stream(text.in, next, text.out);
    next += blocks_of(text.in.size());
  }
  wipe(scratch_.data(), room * sizeof(Block));
}

}  // namespace adyton::crypto
