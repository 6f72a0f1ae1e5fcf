#include <algorithm>
#include <array>
#include <initializer_list>

#include <boost/json.hpp>

#include "host/base/base64.h"
#include "modules/crypto/key_proto.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> tink_status{"ENABLED", "DISABLED", "DESTROYED"};
constexpr std::array<std::string_view, 2> tink_prefix{"TINK", "RAW"};

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

// What the parser allocates holds key bytes: it is wiped as it is given back.
class WipingResource final : public json::memory_resource {
 private:
  void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
  void do_deallocate(void* memory, std::size_t size, std::size_t) override {
    wipe(memory, size);
    ::operator delete(memory);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

template <std::size_t n>
std::optional<std::size_t> index_in(const std::array<std::string_view, n>& names,
                                    std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Result<const json::object*> object_with(const json::value& value, std::string_view what,
                                        std::initializer_list<std::string_view> members) {
  const json::object* object = value.if_object();
  if (object == nullptr) return invalid(cat(what, " is not a JSON object"));
  for (const auto& member : *object) {
    const std::string_view name = member.key();
    if (std::ranges::find(members, name) == members.end()) {
      return invalid(cat(what, " has an unknown member ", in_quotes(name)));
    }
  }
  return object;
}

Result<std::string_view> string_in(const json::object& object, std::string_view what,
                                   std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return invalid(cat(what, " needs ", name, ", a string"));
  }
  return std::string_view(value->get_string());
}

Result<std::uint32_t> id_in(const json::object& object, std::string_view what,
                            std::string_view name) {
  const json::value* value = object.if_contains(name);
  const std::int64_t* id = value == nullptr ? nullptr : value->if_int64();
  if (id == nullptr || *id < 0 || *id > 0xffffffff) {
    return invalid(cat(what, " needs ", name, ", a number from 0 to 4294967295"));
  }
  return static_cast<std::uint32_t>(*id);
}

}  // namespace

/// Builds a Keyring from the parsed keyset.
class KeysetReader {
 public:
  static Result<Keyring> read(const json::value& root) {
    ADYTON_TRY(const auto* keyset, object_with(root, "the keyset", {"primaryKeyId", "key"}));
    Keyring keyring;
    ADYTON_TRY(keyring.primary_, id_in(*keyset, "the keyset", "primaryKeyId"));
    const json::value* keys = keyset->if_contains("key");
    if (keys == nullptr || !keys->is_array() || keys->get_array().empty()) {
      return invalid("the keyset needs key, an array of at least one key");
    }
    for (const json::value& value : keys->get_array()) {
      ADYTON_TRY(auto key, read_key(value));
      if (std::ranges::find(keyring.keys_, key.id, &Keyring::Key::id) != keyring.keys_.end()) {
        return invalid(cat("the keyset has two keys with the id ", key.id));
      }
      keyring.keys_.push_back(std::move(key));
    }
    ADYTON_CHECK(check_primary(keyring));
    return keyring;
  }

 private:
  static Result<Keyring::Key> read_key(const json::value& value) {
    ADYTON_TRY(const auto* object, object_with(value, "a key of the keyset",
                                               {"keyData", "status", "keyId", "outputPrefixType"}));
    Keyring::Key key;
    ADYTON_TRY(key.id, id_in(*object, "a key of the keyset", "keyId"));
    const std::string what = cat("key ", key.id);
    ADYTON_TRY(const auto status, string_in(*object, what, "status"));
    const auto status_index = index_in(tink_status, status);
    if (!status_index) return invalid(cat(what, " has an unknown status ", in_quotes(status)));
    key.status = static_cast<KeyStatus>(*status_index);
    ADYTON_TRY(const auto prefix, string_in(*object, what, "outputPrefixType"));
    const auto prefix_index = index_in(tink_prefix, prefix);
    if (!prefix_index) {
      return invalid(cat(what, " has the output prefix type ", in_quotes(prefix),
                         "; Adyton has TINK and RAW"));
    }
    key.prefix = static_cast<OutputPrefix>(*prefix_index);
    ADYTON_CHECK(read_key_data(*object, what, key));
    return key;
  }

  static Status read_key_data(const json::object& object, const std::string& what,
                              Keyring::Key& key) {
    const json::value* value = object.if_contains("keyData");
    if (key.status == KeyStatus::destroyed) {
      remember_type(value, key);
      return {};
    }
    if (value == nullptr) return invalid(cat(what, " needs keyData, an object"));
    ADYTON_TRY(const auto* data, object_with(*value, cat(what, "'s keyData"),
                                             {"typeUrl", "value", "keyMaterialType"}));
    ADYTON_TRY(const auto material, string_in(*data, what, "keyMaterialType"));
    if (material != "SYMMETRIC") {
      return invalid(
          cat(what, " has the key material type ", in_quotes(material), "; Adyton has SYMMETRIC"));
    }
    ADYTON_TRY(const auto url, string_in(*data, what, "typeUrl"));
    ADYTON_TRY(const auto encoded, string_in(*data, what, "value"));
    Secret message(base64::decoded_capacity(encoded.size()));
    const auto size = base64::decode(encoded, message.data(), base64::Alphabet::standard);
    if (!size) return invalid(cat(what, " is damaged: its value is no base64"));
    const Status read = read_key_proto(url, as_text(message.bytes().first(*size)), key);
    if (!read) return invalid(cat(what, " ", read.error().message));
    return {};
  }

  // The bytes of a destroyed key are gone, or should be: only its type is kept, where it is known.
  static void remember_type(const json::value* key_data, Keyring::Key& key) {
    const json::object* data = key_data == nullptr ? nullptr : key_data->if_object();
    const json::value* url = data == nullptr ? nullptr : data->if_contains("typeUrl");
    if (url == nullptr || !url->is_string()) return;
    for (const std::string_view name : key_type_names()) {
      const KeyType type = *parse_key_type(name);
      if (type_url(type) == std::string_view(url->get_string())) {
        key.type = type;
        return;
      }
    }
  }

  static Status check_primary(const Keyring& keyring) {
    const auto found = std::ranges::find(keyring.keys_, keyring.primary_, &Keyring::Key::id);
    if (found == keyring.keys_.end()) {
      return invalid(cat("the keyset's primary key ", keyring.primary_, " is not in it"));
    }
    if (found->status != KeyStatus::enabled) {
      return invalid(cat("the keyset's primary key ", keyring.primary_, " is ",
                         key_status_name(found->status)));
    }
    return {};
  }
};

Result<Keyring> Keyring::parse(std::string_view text) {
  WipingResource memory;
  boost::system::error_code error;
  // The parser's own buffers come from `memory` too.
  json::parser parser(&memory);
  parser.reset(&memory);
  parser.write(text, error);
  if (error) return invalid(cat("the keyset is not JSON: ", error.message()));
  return KeysetReader::read(parser.release());
}

std::string Keyring::to_json() const {
  std::string out;
  out.reserve(128 + keys_.size() * 512);  // not moved while it grows: no copy is left behind
  out += cat("{\n  \"primaryKeyId\": ", primary_, ",\n  \"key\": [");
  std::string_view separator = "\n";
  for (const Key& key : keys_) {
    out += separator;
    separator = ",\n";
    out += "    {\n      \"keyData\": {\"typeUrl\": \"";
    if (key.type) out += type_url(*key.type);
    out += "\", \"value\": \"";
    if (key.status != KeyStatus::destroyed) {
      std::string message = write_key_proto(key);
      const WipeAtExit wipe_message(message);
      std::string encoded = base64::encode(as_bytes(message), base64::Alphabet::standard);
      const WipeAtExit wipe_encoded(encoded);
      out += encoded;
    }
    out += "\", \"keyMaterialType\": \"SYMMETRIC\"},\n      \"status\": \"";
    out += tink_status[static_cast<std::size_t>(key.status)];
    out += cat("\",\n      \"keyId\": ", key.id, ",\n      \"outputPrefixType\": \"");
    out += tink_prefix[static_cast<std::size_t>(key.prefix)];
    out += "\"\n    }";
  }
  out += "\n  ]\n}\n";
  return out;
}

}  // namespace adyton::crypto
