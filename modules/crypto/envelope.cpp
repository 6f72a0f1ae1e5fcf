#include "modules/crypto/envelope.h"

#include <utility>

#include "modules/crypto/aead.h"
#include "modules/crypto/key_proto.h"
#include "modules/crypto/random.h"

namespace adyton::crypto {
namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t longest_wrapped_key = 4096;

Error decryption_failed() {
  return {ErrorCode::crypto, "decryption failed"};
}

/// An Aead with that one key, its output without a prefix.
Result<Aead> aead_of(Keyring::Key key) {
  key.id = 1;
  key.prefix = OutputPrefix::raw;
  std::vector<Keyring::Key> keys;
  keys.push_back(std::move(key));
  ADYTON_TRY(const Keyring keyring, Keyring::of(std::move(keys), 1));
  return Aead::create(keyring);
}

Keyring::Key new_key(KeyType type) {
  Keyring::Key key;
  key.type = type;
  key.material = Secret(key_size(type));
  fill_random(key.material.span());
  return key;
}

std::string length_of(std::string_view wrapped) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(wrapped.size() >> shift);
  return out;
}

}  // namespace

Result<EnvelopeAead> EnvelopeAead::create(std::shared_ptr<const KeyWrapper> wrapper,
                                          KeyType key_type) {
  if (key_type == KeyType::aes256_gcm || key_type == KeyType::aes128_gcm ||
      key_type == KeyType::xchacha20_poly1305) {
    return EnvelopeAead(std::move(wrapper), key_type);
  }
  return Error{ErrorCode::config,
               cat("an envelope's keys are aes256-gcm, aes128-gcm or xchacha20-poly1305, not ",
                   key_type_name(key_type))};
}

Result<std::string> EnvelopeAead::encrypt(Bytes plaintext, Bytes associated_data) const {
  Keyring::Key key = new_key(key_type_);
  std::string message = write_key_proto(key);
  const WipeAtExit wipe_message(message);
  ADYTON_TRY(const std::string wrapped, wrapper_->wrap(as_bytes(message)));
  if (wrapped.size() > longest_wrapped_key) {
    return Error{ErrorCode::limit, cat("the sealed key has ", wrapped.size(),
                                       " bytes; an envelope holds at most ", longest_wrapped_key)};
  }
  ADYTON_TRY(const Aead aead, aead_of(std::move(key)));
  ADYTON_TRY(const std::string sealed, aead.encrypt(plaintext, associated_data));
  return cat(length_of(wrapped), wrapped, sealed);
}

Result<std::string> EnvelopeAead::decrypt(Bytes ciphertext, Bytes associated_data) const {
  if (ciphertext.size() < length_size) return decryption_failed();
  std::size_t length = 0;
  for (const std::uint8_t byte : ciphertext.first(length_size)) length = length << 8 | byte;
  const Bytes rest = ciphertext.subspan(length_size);
  if (length > longest_wrapped_key || length > rest.size()) return decryption_failed();
  ADYTON_TRY(const Secret message, wrapper_->unwrap(rest.first(length)));
  Keyring::Key key;
  if (!read_key_proto(type_url(key_type_, KeyPart::symmetric), as_text(message.bytes()), key)) {
    return decryption_failed();
  }
  ADYTON_TRY(const Aead aead, aead_of(std::move(key)));
  return aead.decrypt(rest.subspan(length), associated_data);
}

}  // namespace adyton::crypto
