#include "modules/crypto/keyset_proto.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "modules/crypto/key_proto.h"
#include "modules/crypto/proto_fields.h"

namespace adyton::crypto {
namespace {

constexpr std::uint64_t proto_tink = 1;
constexpr std::uint64_t proto_raw = 3;

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

// A number of an enumeration whose first value is 1, as ours whose first is 0.
template <class Enum>
std::optional<Enum> value_of(std::optional<std::uint64_t> number, std::uint64_t most) {
  if (!number || *number == 0 || *number > most) return std::nullopt;
  return static_cast<Enum>(*number - 1);
}

struct KeyData {
  std::optional<std::string_view> url;
  std::optional<std::string_view> value;
  std::optional<std::uint64_t> part;
};

Status take_data(std::string_view message, Keyring::Key& key) {
  KeyData data;
  ADYTON_CHECK(read_message(message, "field", [&](const ProtoField& field) {
    return field.number == 1   ? take_field(field, data.url)
           : field.number == 2 ? take_field(field, data.value)
           : field.number == 3 ? take_field(field, data.part)
                               : false;
  }));
  if (key.status == KeyStatus::destroyed) {
    remember_type(data.url.value_or(""), key);
    return {};
  }
  ADYTON_CHECK(read_key_proto(data.url.value_or(""), data.value.value_or(""), key));
  if (value_of<KeyPart>(data.part, 3) == key.part) return {};
  return invalid("has a key material type which is not its type's");
}

Result<Keyring::Key> read_key(std::string_view message) {
  std::optional<std::string_view> data;
  std::optional<std::uint64_t> status;
  std::optional<std::uint64_t> id;
  std::optional<std::uint64_t> prefix;
  ADYTON_CHECK(read_message(message, "field", [&](const ProtoField& field) {
    return field.number == 1   ? take_field(field, data)
           : field.number == 2 ? take_field(field, status)
           : field.number == 3 ? take_field(field, id)
           : field.number == 4 ? take_field(field, prefix)
                               : false;
  }));
  Keyring::Key key;
  if (id.value_or(0) > 0xffffffff) return invalid("has an id above 4294967295");
  key.id = static_cast<std::uint32_t>(id.value_or(0));
  const auto known_status = value_of<KeyStatus>(status, 3);
  if (!known_status) return invalid(cat("has an unknown status ", status.value_or(0)));
  key.status = *known_status;
  if (prefix != proto_tink && prefix != proto_raw) {
    return invalid(cat("has the output prefix type ", prefix.value_or(0),
                       "; Adyton has 1 (Tink) and 3 (raw)"));
  }
  key.prefix = prefix == proto_tink ? OutputPrefix::tink : OutputPrefix::raw;
  ADYTON_CHECK(take_data(data.value_or(""), key));
  return key;
}

std::string key_message(const Keyring::Key& key) {
  std::string data;
  std::string message = key.status == KeyStatus::destroyed ? std::string() : write_key_proto(key);
  const WipeAtExit wipe_message(message);
  data.reserve(message.size() + 128);  // not moved while it grows: no copy is left behind
  const WipeAtExit wipe_data(data);
  if (key.type) append_bytes_field(data, 1, type_url(*key.type, key.part));
  append_bytes_field(data, 2, message);
  append_varint_field(data, 3, static_cast<std::uint64_t>(key.part) + 1);
  std::string out;
  out.reserve(data.size() + 32);
  append_bytes_field(out, 1, data);
  append_varint_field(out, 2, static_cast<std::uint64_t>(key.status) + 1);
  append_varint_field(out, 3, key.id);
  append_varint_field(out, 4, key.prefix == OutputPrefix::tink ? proto_tink : proto_raw);
  return out;
}

}  // namespace

Result<Keyring> read_keyset_proto(std::string_view message) {
  std::optional<std::uint64_t> primary;
  std::vector<Keyring::Key> keys;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    const auto* bytes = std::get_if<std::string_view>(&field->value);
    if (field->number == 2 && bytes != nullptr) {
      auto key = read_key(*bytes);
      if (!key) return invalid(cat("key ", keys.size() + 1, " of it ", key.error().message));
      keys.push_back(*std::move(key));
    } else if (field->number != 1 || !take_field(*field, primary)) {
      return invalid("the keyset has a field this version of Adyton does not know");
    }
  }
  if (reader.failed() || primary.value_or(0) > 0xffffffff) {
    return invalid("the keyset is damaged: it is no protobuf message");
  }
  return Keyring::of(std::move(keys), static_cast<std::uint32_t>(primary.value_or(0)));
}

std::string write_keyset_proto(const Keyring& keyring) {
  std::string out;
  std::size_t capacity = 16;
  for (const Keyring::Key& key : keyring.material()) capacity += 512 + key.hkdf_salt.size();
  out.reserve(capacity);  // not moved while it grows: no copy is left behind
  append_varint_field(out, 1, keyring.primary_key_id());
  for (const Keyring::Key& key : keyring.material()) {
    std::string message = key_message(key);
    const WipeAtExit wipe_message(message);
    append_bytes_field(out, 2, message);
  }
  return out;
}

}  // namespace adyton::crypto
