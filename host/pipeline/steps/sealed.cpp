#include "host/pipeline/steps/sealed.h"

#include <algorithm>

#include "host/base/base64.h"
#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

constexpr std::size_t prefix_size = 5;

std::array<char, prefix_size> prefix_of(std::uint32_t id) {
  std::array<char, prefix_size> bytes{1};
  for (std::size_t i = 1; i < prefix_size; ++i) {
    bytes[i] = static_cast<char>(id >> (8 * (prefix_size - 1 - i)));
  }
  return bytes;
}

/// The fewest bytes a ciphertext has: of an empty text, under the algorithm that adds least.
std::size_t shortest(crypto::KeyPurpose purpose) {
  constexpr std::size_t nonce = 12;
  constexpr std::size_t tag = 16;
  return prefix_size + (purpose == crypto::KeyPurpose::aead ? nonce : 0) + tag;
}

}  // namespace

Sealed::Sealed(const crypto::Keyring& keyring, crypto::KeyPurpose purpose)
    : least_(base64::encoded_size(shortest(purpose), base64::Alphabet::url) + 2) {
  for (const crypto::KeyInfo& info : keyring.keys()) {
    if (info.prefix != crypto::OutputPrefix::tink) continue;
    const auto prefix = prefix_of(info.id);
    Key key{info.id, {}};
    const std::string text =
        base64::encode(as_bytes({prefix.data(), prefix.size()}), base64::Alphabet::url);
    std::copy_n(text.begin(), key.text.size(), key.text.begin());
    keys_.push_back(key);
  }
}

bool Sealed::is_sealed_by(const Key& key, std::string_view text) const {
  const auto bytes = base64::decode(text, base64::Alphabet::url);
  const auto prefix = prefix_of(key.id);
  return bytes && bytes->starts_with(std::string_view(prefix.data(), prefix.size()));
}

}  // namespace adyton::pipeline
