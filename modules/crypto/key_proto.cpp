#include "modules/crypto/key_proto.h"

#include <array>
#include <optional>

#include "host/base/text.h"
#include "modules/crypto/protobuf.h"

namespace adyton::crypto {
namespace {

constexpr std::string_view url_prefix = "type.googleapis.com/google.crypto.tink.";

struct Layout {
  KeyType type;
  std::string_view url;
  std::uint32_t params_field;  // 0: none
  std::uint32_t key_field;
  std::size_t size;
};

constexpr std::array<Layout, 8> layouts{{
    {KeyType::x_aes_gcm, "type.googleapis.com/google.crypto.tink.XAesGcmKey", 2, 3, 32},
    {KeyType::aes256_gcm, "type.googleapis.com/google.crypto.tink.AesGcmKey", 2, 3, 32},
    {KeyType::aes128_gcm, "type.googleapis.com/google.crypto.tink.AesGcmKey", 2, 3, 16},
    {KeyType::chacha20_poly1305, "type.googleapis.com/google.crypto.tink.ChaCha20Poly1305Key", 0, 2,
     32},
    {KeyType::xchacha20_poly1305, "type.googleapis.com/google.crypto.tink.XChaCha20Poly1305Key", 0,
     3, 32},
    {KeyType::aes256_siv, "type.googleapis.com/google.crypto.tink.AesSivKey", 0, 2, 64},
    {KeyType::hmac_sha256, "type.googleapis.com/google.crypto.tink.HmacKey", 2, 3, 32},
    {KeyType::hmac_sha512, "type.googleapis.com/google.crypto.tink.HmacKey", 2, 3, 64},
}};

const Layout& layout_of(KeyType type) {
  return layouts[static_cast<std::size_t>(type)];
}

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

// The message's fields, before it is known which key type they make.
struct Fields {
  std::optional<std::uint64_t> version;
  std::optional<std::string_view> params;
  std::optional<std::string_view> key;
};

template <class T>
bool take(const ProtoField& field, std::optional<T>& into) {
  const T* value = std::get_if<T>(&field.value);
  if (value == nullptr || into) return false;
  into = *value;
  return true;
}

Result<Fields> read_fields(const Layout& layout, std::string_view message) {
  Fields fields;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    const bool known = field->number == 1                     ? take(*field, fields.version)
                       : field->number == layout.key_field    ? take(*field, fields.key)
                       : field->number == layout.params_field ? take(*field, fields.params)
                                                              : false;
    if (!known) return invalid("has a field this version of Adyton does not know");
  }
  if (reader.failed()) return invalid("is damaged: its value is no protobuf message");
  return fields;
}

Result<std::size_t> read_salt_size(std::string_view params) {
  std::optional<std::uint64_t> salt_size;
  ProtoReader reader(params);
  while (const auto field = reader.next()) {
    if (field->number != 1 || !take(*field, salt_size)) {
      return invalid("has a parameter this version of Adyton does not know");
    }
  }
  if (reader.failed()) return invalid("is damaged: its parameters are no protobuf message");
  if (!salt_size || *salt_size < 8 || *salt_size > 12) {
    return invalid(cat("has a salt of ", salt_size.value_or(0), " bytes; X-AES-GCM takes 8 to 12"));
  }
  return static_cast<std::size_t>(*salt_size);
}

// Tink's numbers for the hashes of an HmacKey.
constexpr std::uint64_t proto_sha256 = 3;
constexpr std::uint64_t proto_sha512 = 4;

std::uint64_t proto_hash(KeyType type) {
  return type == KeyType::hmac_sha256 ? proto_sha256 : proto_sha512;
}

/// The HMAC key type that the parameters make.
Result<KeyType> read_hmac_params(std::string_view params) {
  std::optional<std::uint64_t> hash;
  std::optional<std::uint64_t> tag_size;
  ProtoReader reader(params);
  while (const auto field = reader.next()) {
    const bool known = field->number == 1   ? take(*field, hash)
                       : field->number == 2 ? take(*field, tag_size)
                                            : false;
    if (!known) return invalid("has a parameter this version of Adyton does not know");
  }
  if (reader.failed()) return invalid("is damaged: its parameters are no protobuf message");
  if (hash == proto_sha256 && tag_size == 32U) return KeyType::hmac_sha256;
  if (hash == proto_sha512 && tag_size == 64U) return KeyType::hmac_sha512;
  return invalid(
      "has an HMAC that Adyton does not have; it has HMAC_SHA256_256BITTAG and "
      "HMAC_SHA512_512BITTAG");
}

/// Reads the parameters into the key; they have to fit the layout.
Status read_params(const Layout& layout, std::string_view params, Keyring::Key& key) {
  if (layout.type == KeyType::x_aes_gcm) {
    ADYTON_TRY(key.salt_size, read_salt_size(params));
  } else if (key_purpose(layout.type) == KeyPurpose::mac) {
    ADYTON_TRY(const KeyType type, read_hmac_params(params));
    if (type != layout.type) return invalid("has a key value of a wrong size for its hash");
  } else if (!params.empty()) {
    return invalid("has a parameter this version of Adyton does not know");
  }
  return {};
}

std::string params_of(const Keyring::Key& key) {
  std::string params;
  if (key.type == KeyType::x_aes_gcm) append_varint_field(params, 1, key.salt_size);
  if (key_purpose(*key.type) == KeyPurpose::mac) {
    append_varint_field(params, 1, proto_hash(*key.type));
    append_varint_field(params, 2, key_size(*key.type));
  }
  return params;
}

}  // namespace

std::string_view type_url(KeyType type) {
  return layout_of(type).url;
}

std::size_t key_size(KeyType type) {
  return layout_of(type).size;
}

Status read_key_proto(std::string_view url, std::string_view value, Keyring::Key& key) {
  const Layout* found = nullptr;
  for (const Layout& layout : layouts) {
    if (layout.url != url) continue;
    if (found == nullptr) found = &layout;
    ADYTON_TRY(const Fields fields, read_fields(layout, value));
    if (fields.version.value_or(0) != 0) {
      return invalid(cat("has version ", *fields.version, "; Adyton knows version 0"));
    }
    const std::string_view bytes = fields.key.value_or("");
    if (bytes.size() != layout.size) continue;
    ADYTON_CHECK(read_params(layout, fields.params.value_or(""), key));
    key.type = layout.type;
    key.material = Secret(as_bytes(bytes));
    return {};
  }
  if (found == nullptr) {
    const std::string_view name = url.starts_with(url_prefix) ? url.substr(url_prefix.size()) : url;
    return invalid(cat("is of a type Adyton does not have: ", in_quotes(name)));
  }
  return invalid(cat("has a key value of a wrong size for ", found->url.substr(url_prefix.size())));
}

std::string write_key_proto(const Keyring::Key& key) {
  const Layout& layout = layout_of(*key.type);
  std::string out;
  out.reserve(key.material.size() + 32);  // not moved while it grows: no copy is left behind
  if (const std::string params = params_of(key); !params.empty()) {
    append_bytes_field(out, layout.params_field, params);
  }
  append_bytes_field(out, layout.key_field, as_text(key.material.bytes()));
  return out;
}

}  // namespace adyton::crypto
