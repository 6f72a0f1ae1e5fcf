#include "modules/crypto/fernet.h"

#include <array>
#include <memory>
#include <utility>

#include <cryptopp/aes.h>
#include <cryptopp/filters.h>
#include <cryptopp/modes.h>

#include "host/base/base64.h"
#include "modules/crypto/compare.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/random.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {
namespace {

/// A cipher whose round keys lie where no core file shows them.
template <class Mode>
struct Keyed : InSecretMemory {
  Keyed(Bytes key, const std::uint8_t* iv) : mode(key.data(), key.size(), iv) {}
  Mode mode;
};
using Cbc = CryptoPP::CBC_Mode<CryptoPP::AES>;

constexpr std::uint8_t version = 0x80;
constexpr std::size_t block_bytes = 16;
constexpr std::size_t head_size = 1 + 8 + block_bytes;
constexpr std::size_t tag_size = 32;
constexpr std::size_t shortest = head_size + block_bytes + tag_size;
constexpr std::uint64_t clock_skew = 60;  // seconds: cryptography's

Error refused() {
  return {ErrorCode::crypto, "decryption failed"};
}

std::uint64_t time_in(std::string_view token) {
  std::uint64_t time = 0;
  for (const std::uint8_t byte : as_bytes(token.substr(1, 8))) time = time << 8 | byte;
  return time;
}

/// The bytes of a token, whose padding must be there, as its makers write it.
std::optional<std::string> decoded(Bytes token) {
  std::string_view text = as_text(token);
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  auto bytes = base64::decode(text, base64::Alphabet::url);
  if (!bytes || bytes->size() < shortest) return std::nullopt;
  const bool whole_blocks = (bytes->size() - shortest) % block_bytes == 0;
  return whole_blocks && static_cast<std::uint8_t>(bytes->front()) == version ? bytes
                                                                              : std::nullopt;
}

}  // namespace

Result<Fernet> Fernet::create(Bytes key) {
  if (key.size() != 32) {
    return Error{ErrorCode::invalid, cat("a Fernet key is 32 bytes in base64url, not ", key.size(),
                                         "; Fernet.generate_key() makes one")};
  }
  return Fernet(Secret(key));
}

std::string Fernet::encrypt(Bytes plaintext, std::uint64_t time) const {
  std::string token(1, static_cast<char>(version));
  for (int shift = 56; shift >= 0; shift -= 8) token += static_cast<char>(time >> shift);
  std::array<std::uint8_t, block_bytes> iv;
  fill_random(iv);
  token += as_text(iv);
  const auto cbc = std::make_unique<Keyed<Cbc::Encryption>>(encryption_key(), iv.data());
  CryptoPP::StringSource(plaintext.data(), plaintext.size(), true,
                         new CryptoPP::StreamTransformationFilter(  // the source owns it
                             cbc->mode, new CryptoPP::StringSink(token),
                             CryptoPP::BlockPaddingSchemeDef::PKCS_PADDING));
  token += hmac(Hash::sha256, signing_key(), as_bytes(token));
  std::string text = base64::encode(as_bytes(token), base64::Alphabet::url);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<std::string> Fernet::decrypt(Bytes token, std::optional<Lifetime> lifetime) const {
  ADYTON_TRY(const std::string bytes, verified(token));
  if (lifetime) {
    const std::uint64_t made = time_in(bytes);
    const bool old = made < lifetime->now && lifetime->now - made > lifetime->seconds;
    const bool early = made > lifetime->now && made - lifetime->now > clock_skew;
    if (old || early) return refused();
  }
  const Bytes sealed = as_bytes(bytes);
  const Bytes iv = sealed.subspan(9, block_bytes);
  const Bytes ciphertext = sealed.subspan(head_size, sealed.size() - head_size - tag_size);
  const auto cbc = std::make_unique<Keyed<Cbc::Decryption>>(encryption_key(), iv.data());
  std::string plaintext(ciphertext.size(), '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(plaintext.data());
  cbc->mode.ProcessData(out, ciphertext.data(), ciphertext.size());
  // The padding is authentic: nobody without the key learns anything from its being wrong.
  const std::size_t padding = static_cast<std::uint8_t>(plaintext.back());
  bool right = padding >= 1 && padding <= block_bytes;
  for (std::size_t i = 0; right && i < padding; ++i)
    right = out[plaintext.size() - 1 - i] == padding;
  if (!right) {
    wipe(plaintext);
    return refused();
  }
  plaintext.resize(plaintext.size() - padding);
  return plaintext;
}

Result<std::uint64_t> Fernet::timestamp(Bytes token) const {
  ADYTON_TRY(const std::string bytes, verified(token));
  return time_in(bytes);
}

/// The bytes of a token whose HMAC is right.
Result<std::string> Fernet::verified(Bytes token) const {
  auto bytes = decoded(token);
  if (!bytes) return refused();
  const Bytes all = as_bytes(*bytes);
  const std::string tag = hmac(Hash::sha256, signing_key(), all.first(all.size() - tag_size));
  if (!constant_time_equal(as_bytes(tag), all.last(tag_size))) return refused();
  return *std::move(bytes);
}

}  // namespace adyton::crypto
