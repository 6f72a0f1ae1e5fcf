#include "modules/crypto/signature_proto.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "modules/crypto/compare.h"
#include "modules/crypto/ed25519.h"
#include "modules/crypto/p256.h"
#include "modules/crypto/proto_fields.h"

namespace adyton::crypto {
namespace {

constexpr std::string_view ed25519_private =
    "type.googleapis.com/google.crypto.tink.Ed25519PrivateKey";
constexpr std::string_view ed25519_public =
    "type.googleapis.com/google.crypto.tink.Ed25519PublicKey";
constexpr std::string_view ecdsa_private = "type.googleapis.com/google.crypto.tink.EcdsaPrivateKey";
constexpr std::string_view ecdsa_public = "type.googleapis.com/google.crypto.tink.EcdsaPublicKey";

constexpr std::uint64_t proto_sha256 = 3;
constexpr std::uint64_t proto_p256 = 2;
constexpr std::uint64_t proto_ieee_p1363 = 1;
constexpr std::uint64_t proto_der = 2;

/// A number of the message in 32 bytes at `out`; false if it is longer.
bool read_number(std::string_view number, std::uint8_t* out) {
  const std::size_t zeros = std::min(number.find_first_not_of('\0'), number.size());
  number.remove_prefix(zeros);
  if (number.size() > P256::scalar_size) return false;
  std::fill_n(out, P256::scalar_size, std::uint8_t{0});
  std::ranges::copy(number, out + (P256::scalar_size - number.size()));
  return true;
}

Status read_ed25519_public(std::string_view message, Keyring::Key& key) {
  std::optional<std::uint64_t> version;
  std::optional<std::string_view> value;
  ADYTON_CHECK(read_message(message, "field", [&](const ProtoField& field) {
    return field.number == 1   ? take_field(field, version)
           : field.number == 2 ? take_field(field, value)
                               : false;
  }));
  ADYTON_CHECK(check_version(version));
  key.public_key = value.value_or("");
  if (key.public_key.size() == Ed25519::public_size) return {};
  return invalid_key("has a public key of a wrong size for Ed25519");
}

/// The fields of both private keys: the one is the secret, the other the public key's message.
struct PrivateFields {
  std::string_view secret;
  std::string_view public_key;
};

Result<PrivateFields> read_private_fields(std::string_view message, std::uint32_t secret_field,
                                          std::uint32_t public_field) {
  std::optional<std::uint64_t> version;
  std::optional<std::string_view> secret;
  std::optional<std::string_view> public_key;
  ADYTON_CHECK(read_message(message, "field", [&](const ProtoField& field) {
    return field.number == 1              ? take_field(field, version)
           : field.number == secret_field ? take_field(field, secret)
           : field.number == public_field ? take_field(field, public_key)
                                          : false;
  }));
  ADYTON_CHECK(check_version(version));
  return PrivateFields{secret.value_or(""), public_key.value_or("")};
}

/// A secret key whose public half is another's would give itself away with its first signature.
Status check_halves(const std::string& made, const std::string& read) {
  if (constant_time_equal(as_bytes(made), as_bytes(read))) return {};
  return invalid_key("has a public half that belongs to another key");
}

Status read_ed25519_private(std::string_view message, Keyring::Key& key) {
  ADYTON_TRY(const PrivateFields fields, read_private_fields(message, 2, 3));
  if (fields.secret.size() != Ed25519::secret_size) {
    return invalid_key("has a key value of a wrong size for Ed25519PrivateKey");
  }
  ADYTON_CHECK(read_ed25519_public(fields.public_key, key));
  key.material = Secret(as_bytes(fields.secret));
  return check_halves(Ed25519::public_key(key.material.bytes()), key.public_key);
}

Result<KeyType> read_ecdsa_params(std::string_view params) {
  std::optional<std::uint64_t> hash;
  std::optional<std::uint64_t> curve;
  std::optional<std::uint64_t> encoding;
  ADYTON_CHECK(read_message(params, "parameter", [&](const ProtoField& field) {
    return field.number == 1   ? take_field(field, hash)
           : field.number == 2 ? take_field(field, curve)
           : field.number == 3 ? take_field(field, encoding)
                               : false;
  }));
  if (hash == proto_sha256 && curve == proto_p256) {
    if (encoding == proto_der) return KeyType::ecdsa_p256;
    if (encoding == proto_ieee_p1363) return KeyType::ecdsa_p256_ieee_p1363;
  }
  return invalid_key(
      "has an ECDSA that Adyton does not have; it has ECDSA_P256 and ECDSA_P256_IEEE_P1363, with "
      "SHA-256");
}

Status read_ecdsa_public(std::string_view message, Keyring::Key& key) {
  std::optional<std::uint64_t> version;
  std::optional<std::string_view> params;
  std::optional<std::string_view> x;
  std::optional<std::string_view> y;
  ADYTON_CHECK(read_message(message, "field", [&](const ProtoField& field) {
    return field.number == 1   ? take_field(field, version)
           : field.number == 2 ? take_field(field, params)
           : field.number == 3 ? take_field(field, x)
           : field.number == 4 ? take_field(field, y)
                               : false;
  }));
  ADYTON_CHECK(check_version(version));
  ADYTON_TRY(key.type, read_ecdsa_params(params.value_or("")));
  key.public_key.assign(P256::point_size, '\0');
  auto* const point = reinterpret_cast<std::uint8_t*>(key.public_key.data());
  if (!read_number(x.value_or(""), point) ||
      !read_number(y.value_or(""), point + P256::scalar_size) ||
      !P256::is_point(as_bytes(key.public_key))) {
    return invalid_key("has a public key that is no point of P-256");
  }
  return {};
}

Status read_ecdsa_private(std::string_view message, Keyring::Key& key) {
  ADYTON_TRY(const PrivateFields fields, read_private_fields(message, 3, 2));
  ADYTON_CHECK(read_ecdsa_public(fields.public_key, key));
  key.material = Secret(P256::scalar_size);
  if (!read_number(fields.secret, key.material.data()) || !P256::is_scalar(key.material.bytes())) {
    return invalid_key("has a key value that is no secret key of P-256");
  }
  return check_halves(P256::public_key(key.material.bytes()), key.public_key);
}

std::string public_message(const Keyring::Key& key) {
  std::string out;
  if (key.type == KeyType::ed25519) {
    append_bytes_field(out, 2, key.public_key);
    return out;
  }
  std::string params;
  append_varint_field(params, 1, proto_sha256);
  append_varint_field(params, 2, proto_p256);
  append_varint_field(params, 3, key.type == KeyType::ecdsa_p256 ? proto_der : proto_ieee_p1363);
  append_bytes_field(out, 2, params);
  append_bytes_field(out, 3, std::string_view(key.public_key).substr(0, P256::scalar_size));
  append_bytes_field(out, 4, std::string_view(key.public_key).substr(P256::scalar_size));
  return out;
}

}  // namespace

std::string_view signature_type_url(KeyType type, KeyPart part) {
  if (key_purpose(type) != KeyPurpose::signature || part == KeyPart::symmetric) return {};
  const bool secret = part == KeyPart::private_key;
  if (type == KeyType::ed25519) return secret ? ed25519_private : ed25519_public;
  return secret ? ecdsa_private : ecdsa_public;
}

bool is_signature_url(std::string_view url) {
  return url == ed25519_private || url == ed25519_public || url == ecdsa_private ||
         url == ecdsa_public;
}

Status read_signature_proto(std::string_view url, std::string_view value, Keyring::Key& key) {
  const bool ed25519 = url == ed25519_private || url == ed25519_public;
  const bool secret = url == ed25519_private || url == ecdsa_private;
  key.part = secret ? KeyPart::private_key : KeyPart::public_key;
  if (ed25519) {
    key.type = KeyType::ed25519;
    return secret ? read_ed25519_private(value, key) : read_ed25519_public(value, key);
  }
  return secret ? read_ecdsa_private(value, key) : read_ecdsa_public(value, key);
}

std::string write_signature_proto(const Keyring::Key& key) {
  const std::string message = public_message(key);
  if (key.part == KeyPart::public_key) return message;
  std::string out;
  out.reserve(message.size() + key.material.size() + 16);  // not moved while it grows
  const bool ed25519 = key.type == KeyType::ed25519;
  if (!ed25519) append_bytes_field(out, 2, message);
  append_bytes_field(out, ed25519 ? 2 : 3, as_text(key.material.bytes()));
  if (ed25519) append_bytes_field(out, 3, message);
  return out;
}

}  // namespace adyton::crypto
