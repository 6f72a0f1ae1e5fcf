#include "modules/crypto/key_proto.h"

#include <array>
#include <optional>

#include "host/base/text.h"
#include "modules/crypto/proto_fields.h"
#include "modules/crypto/signature_proto.h"

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

constexpr std::array<Layout, 12> layouts{{
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
    {KeyType::hkdf_sha256, "type.googleapis.com/google.crypto.tink.HkdfPrfKey", 2, 3, 32},
    {KeyType::hmac_sha256_prf, "type.googleapis.com/google.crypto.tink.HmacPrfKey", 2, 3, 32},
    {KeyType::hmac_sha512_prf, "type.googleapis.com/google.crypto.tink.HmacPrfKey", 2, 3, 64},
    {KeyType::aes_cmac_prf, "type.googleapis.com/google.crypto.tink.AesCmacPrfKey", 0, 2, 32},
}};

// Precondition: a type of one of the layouts, thus none that signs.
const Layout& layout_of(KeyType type) {
  return layouts[static_cast<std::size_t>(type)];
}

// The message's fields, before it is known which key type they make.
struct Fields {
  std::optional<std::uint64_t> version;
  std::optional<std::string_view> params;
  std::optional<std::string_view> key;
};

Result<Fields> read_fields(const Layout& layout, std::string_view message) {
  Fields fields;
  ADYTON_CHECK(read_message(message, "field", [&](const ProtoField& field) {
    return field.number == 1                     ? take_field(field, fields.version)
           : field.number == layout.key_field    ? take_field(field, fields.key)
           : field.number == layout.params_field ? take_field(field, fields.params)
                                                 : false;
  }));
  ADYTON_CHECK(check_version(fields.version));
  return fields;
}

Result<std::size_t> read_salt_size(std::string_view params) {
  std::optional<std::uint64_t> salt_size;
  ADYTON_CHECK(read_message(params, "parameter", [&](const ProtoField& field) {
    return field.number == 1 && take_field(field, salt_size);
  }));
  if (!salt_size || *salt_size < 8 || *salt_size > 12) {
    return invalid_key(
        cat("has a salt of ", salt_size.value_or(0), " bytes; X-AES-GCM takes 8 to 12"));
  }
  return static_cast<std::size_t>(*salt_size);
}

// Tink's numbers for the hashes.
constexpr std::uint64_t proto_sha256 = 3;
constexpr std::uint64_t proto_sha512 = 4;

// What the parameters of HmacKey, HmacPrfKey and HkdfPrfKey say.
struct HashParams {
  std::optional<std::uint64_t> hash;
  std::optional<std::uint64_t> tag_size;  // HmacKey's field 2
  std::optional<std::string_view> salt;   // HkdfPrfKey's field 2
};

Result<HashParams> read_hash_params(KeyType type, std::string_view params) {
  HashParams read;
  ADYTON_CHECK(read_message(params, "parameter", [&](const ProtoField& field) {
    if (field.number == 1) return take_field(field, read.hash);
    if (field.number != 2) return false;
    if (key_purpose(type) == KeyPurpose::mac) return take_field(field, read.tag_size);
    return type == KeyType::hkdf_sha256 && take_field(field, read.salt);
  }));
  return read;
}

std::uint64_t proto_hash(KeyType type) {
  return type == KeyType::hmac_sha512 || type == KeyType::hmac_sha512_prf ? proto_sha512
                                                                          : proto_sha256;
}

bool has_hash(KeyType type) {
  const KeyPurpose purpose = key_purpose(type);
  return purpose == KeyPurpose::mac ||
         (purpose == KeyPurpose::prf && type != KeyType::aes_cmac_prf);
}

/// What Adyton has of an algorithm whose parameters say something else.
std::string_view known_hashes(KeyType type) {
  if (key_purpose(type) == KeyPurpose::mac) {
    return "has an HMAC that Adyton does not have; it has HMAC_SHA256_256BITTAG and "
           "HMAC_SHA512_512BITTAG";
  }
  return type == KeyType::hkdf_sha256
             ? "has an HKDF that Adyton does not have; it has HKDF_SHA256"
             : "has an HMAC that Adyton does not have; it has HMAC_SHA256_PRF and HMAC_SHA512_PRF";
}

/// Which hash it is must fit the size of the key.
Status read_hash(const Layout& layout, std::string_view params, Keyring::Key& key) {
  ADYTON_TRY(const HashParams read, read_hash_params(layout.type, params));
  const bool tag = key_purpose(layout.type) != KeyPurpose::mac ||
                   read.tag_size == (read.hash == proto_sha512 ? 64U : 32U);
  const bool known = read.hash == proto_sha256 ||
                     (read.hash == proto_sha512 && layout.type != KeyType::hkdf_sha256);
  if (!known || !tag) return invalid_key(std::string(known_hashes(layout.type)));
  if (read.hash != proto_hash(layout.type)) {
    return invalid_key("has a key value of a wrong size for its hash");
  }
  key.hkdf_salt = read.salt.value_or("");
  return {};
}

/// Reads the parameters into the key; they have to fit the layout.
Status read_params(const Layout& layout, std::string_view params, Keyring::Key& key) {
  if (layout.type == KeyType::x_aes_gcm) {
    ADYTON_TRY(key.salt_size, read_salt_size(params));
  } else if (has_hash(layout.type)) {
    return read_hash(layout, params, key);
  } else if (!params.empty()) {
    return invalid_key("has a parameter this version of Adyton does not know");
  }
  return {};
}

std::string params_of(const Keyring::Key& key) {
  std::string params;
  if (key.type == KeyType::x_aes_gcm) append_varint_field(params, 1, key.salt_size);
  if (has_hash(*key.type)) append_varint_field(params, 1, proto_hash(*key.type));
  if (key_purpose(*key.type) == KeyPurpose::mac) {
    append_varint_field(params, 2, key_size(*key.type));
  }
  if (!key.hkdf_salt.empty()) append_bytes_field(params, 2, key.hkdf_salt);
  return params;
}

}  // namespace

std::string_view type_url(KeyType type, KeyPart part) {
  return key_purpose(type) == KeyPurpose::signature ? signature_type_url(type, part)
                                                    : layout_of(type).url;
}

std::size_t key_size(KeyType type) {
  return key_purpose(type) == KeyPurpose::signature ? 32 : layout_of(type).size;
}

Status read_key_proto(std::string_view url, std::string_view value, Keyring::Key& key) {
  if (is_signature_url(url)) return read_signature_proto(url, value, key);
  const Layout* found = nullptr;
  for (const Layout& layout : layouts) {
    if (layout.url != url) continue;
    if (found == nullptr) found = &layout;
    ADYTON_TRY(const Fields fields, read_fields(layout, value));
    const std::string_view bytes = fields.key.value_or("");
    if (bytes.size() != layout.size) continue;
    ADYTON_CHECK(read_params(layout, fields.params.value_or(""), key));
    key.type = layout.type;
    key.material = Secret(as_bytes(bytes));
    return {};
  }
  if (found == nullptr) {
    const std::string_view name = url.starts_with(url_prefix) ? url.substr(url_prefix.size()) : url;
    return invalid_key(cat("is of a type Adyton does not have: ", in_quotes(name)));
  }
  return invalid_key(
      cat("has a key value of a wrong size for ", found->url.substr(url_prefix.size())));
}

void remember_type(std::string_view url, Keyring::Key& key) {
  for (const std::string_view name : key_type_names()) {
    const KeyType type = *parse_key_type(name);
    const bool signs = key_purpose(type) == KeyPurpose::signature;
    for (const KeyPart part : {KeyPart::symmetric, KeyPart::private_key, KeyPart::public_key}) {
      if (signs == (part == KeyPart::symmetric) || type_url(type, part) != url) continue;
      key.type = type;
      key.part = part;
      return;
    }
  }
}

std::string write_key_proto(const Keyring::Key& key) {
  if (key_purpose(*key.type) == KeyPurpose::signature) return write_signature_proto(key);
  const Layout& layout = layout_of(*key.type);
  std::string out;
  out.reserve(key.material.size() + key.hkdf_salt.size() +
              32);  // not moved while it grows: no copy is left behind
  if (const std::string params = params_of(key); !params.empty()) {
    append_bytes_field(out, layout.params_field, params);
  }
  append_bytes_field(out, layout.key_field, as_text(key.material.bytes()));
  return out;
}

}  // namespace adyton::crypto
