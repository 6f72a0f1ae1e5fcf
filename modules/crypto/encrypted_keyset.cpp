#include "modules/crypto/encrypted_keyset.h"

#include <optional>

#include <boost/json.hpp>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "modules/crypto/key_proto.h"

namespace adyton::crypto {
namespace {

namespace json = boost::json;

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

std::string_view status_of(const Keyring::Key& key) {
  switch (key.status) {
    case KeyStatus::enabled:
      return "ENABLED";
    case KeyStatus::disabled:
      return "DISABLED";
    case KeyStatus::destroyed:
      break;
  }
  return "DESTROYED";
}

std::string info_of(const Keyring::Key& key) {
  return cat("{\"typeUrl\": \"", key.type ? type_url(*key.type, key.part) : "",
             "\", \"status\": \"", status_of(key), "\", \"keyId\": ", key.id,
             ", \"outputPrefixType\": \"", key.prefix == OutputPrefix::tink ? "TINK" : "RAW",
             "\"}");
}

}  // namespace

bool is_encrypted_keyset(std::string_view json) {
  return json.find("\"encryptedKeyset\"") != std::string_view::npos;
}

Result<std::string> sealed_keyset_of(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error) return invalid(cat("the keyset is not JSON: ", error.message()));
  const json::object* object = root.if_object();
  if (object == nullptr) return invalid("the keyset is not a JSON object");
  for (const auto& member : *object) {
    if (member.key() != "encryptedKeyset" && member.key() != "keysetInfo") {
      return invalid(cat("the sealed keyset has an unknown member ", in_quotes(member.key())));
    }
  }
  const json::value* sealed = object->if_contains("encryptedKeyset");
  if (sealed == nullptr || !sealed->is_string()) {
    return invalid("the sealed keyset needs encryptedKeyset, a string");
  }
  const std::string_view encoded = sealed->get_string();
  std::string bytes(base64::decoded_capacity(encoded.size()), '\0');
  const auto size = base64::decode(encoded, reinterpret_cast<std::uint8_t*>(bytes.data()),
                                   base64::Alphabet::standard);
  if (!size) return invalid("the sealed keyset is damaged: encryptedKeyset is no base64");
  bytes.resize(*size);
  return bytes;
}

std::string write_encrypted_keyset(const Keyring& keyring, std::string_view sealed) {
  std::string infos;
  for (const Keyring::Key& key : keyring.material()) {
    infos += cat(infos.empty() ? "" : ",", "\n      ", info_of(key));
  }
  return cat("{\n  \"encryptedKeyset\": \"",
             base64::encode(as_bytes(sealed), base64::Alphabet::standard),
             "\",\n  \"keysetInfo\": {\n    \"primaryKeyId\": ", keyring.primary_key_id(),
             ",\n    \"keyInfo\": [", infos, "\n    ]\n  }\n}\n");
}

}  // namespace adyton::crypto
