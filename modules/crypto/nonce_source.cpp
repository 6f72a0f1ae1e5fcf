#include "modules/crypto/nonce_source.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "modules/crypto/random.h"

namespace adyton::crypto {
namespace {

// The same in both directions: from a big-endian number in memory to the machine's, and back.
std::uint32_t big_endian(std::uint32_t n) {
  return std::endian::native == std::endian::big ? n : __builtin_bswap32(n);
}
std::uint64_t big_endian(std::uint64_t n) {
  return std::endian::native == std::endian::big ? n : __builtin_bswap64(n);
}

}  // namespace

IvCounter::IvCounter(const std::uint8_t* iv) {
  std::memcpy(&high_, iv, sizeof high_);
  std::memcpy(&low_, iv + sizeof high_, sizeof low_);
  high_ = big_endian(high_);
  low_ = big_endian(low_);
}

void IvCounter::next(std::uint8_t* out) {
  if (++low_ == 0) ++high_;
  const std::uint32_t high = big_endian(high_);
  const std::uint64_t low = big_endian(low_);
  std::memcpy(out, &high, sizeof high);
  std::memcpy(out + sizeof high, &low, sizeof low);
}

NonceSource::NonceSource(std::size_t nonce_size, std::size_t messages)
    : nonce_size_(nonce_size), remaining_(messages) {
  draw_random({first_.data(), nonce_size});
  counter_ = IvCounter(first_.data() + (nonce_size - IvCounter::size));
}

void NonceSource::make_some() {
  made_ = std::clamp<std::size_t>(remaining_, 1, most_ahead);
  remaining_ -= std::min(remaining_, made_);
  at_ = 0;
  for (auto& nonce : std::span(nonces_).first(made_)) {
    nonce = first_;
    counter_.next(nonce.data() + (nonce_size_ - IvCounter::size));
  }
}

}  // namespace adyton::crypto
