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
constexpr std::array<std::string_view, 3> tink_part{"SYMMETRIC", "ASYMMETRIC_PRIVATE",
                                                    "ASYMMETRIC_PUBLIC"};

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

std::string_view url_in(const json::value* key_data) {
  const json::object* data = key_data == nullptr ? nullptr : key_data->if_object();
  const json::value* url = data == nullptr ? nullptr : data->if_contains("typeUrl");
  return url == nullptr || !url->is_string() ? "" : std::string_view(url->get_string());
}

/// Builds a Keyring from the parsed keyset.
class KeysetReader {
 public:
  static Result<Keyring> read(const json::value& root) {
    ADYTON_TRY(const auto* keyset, object_with(root, "the keyset", {"primaryKeyId", "key"}));
    ADYTON_TRY(const std::uint32_t primary, id_in(*keyset, "the keyset", "primaryKeyId"));
    const json::value* values = keyset->if_contains("key");
    if (values == nullptr || !values->is_array() || values->get_array().empty()) {
      return invalid("the keyset needs key, an array of at least one key");
    }
    std::vector<Keyring::Key> keys;
    for (const json::value& value : values->get_array()) {
      ADYTON_TRY(auto key, read_key(value));
      keys.push_back(std::move(key));
    }
    return Keyring::of(std::move(keys), primary);
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
      remember_type(url_in(value), key);
      return {};
    }
    if (value == nullptr) return invalid(cat(what, " needs keyData, an object"));
    ADYTON_TRY(const auto* data, object_with(*value, cat(what, "'s keyData"),
                                             {"typeUrl", "value", "keyMaterialType"}));
    ADYTON_TRY(const auto material, string_in(*data, what, "keyMaterialType"));
    const auto part = index_in(tink_part, material);
    if (!part) {
      return invalid(cat(what, " has the key material type ", in_quotes(material),
                         "; Adyton has SYMMETRIC, ASYMMETRIC_PRIVATE and ASYMMETRIC_PUBLIC"));
    }
    ADYTON_TRY(const auto url, string_in(*data, what, "typeUrl"));
    ADYTON_TRY(const auto encoded, string_in(*data, what, "value"));
    Secret message(base64::decoded_capacity(encoded.size()));
    const auto size = base64::decode(encoded, message.data(), base64::Alphabet::standard);
    if (!size) return invalid(cat(what, " is damaged: its value is no base64"));
    const Status read = read_key_proto(url, as_text(message.bytes().first(*size)), key);
    if (!read) return invalid(cat(what, " ", read.error().message));
    if (key.part != static_cast<KeyPart>(*part)) {
      return invalid(
          cat(what, " has the key material type ", material, ", which is not its type's"));
    }
    return {};
  }
};

}  // namespace

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

std::size_t Keyring::json_capacity() const {
  std::size_t capacity = 128;
  for (const Key& key : keys_) capacity += 768 + 2 * key.hkdf_salt.size();
  return capacity;
}

std::string Keyring::to_json() const {
  std::string out;
  out.reserve(json_capacity());  // not moved while it grows: no copy is left behind
  out += cat("{\n  \"primaryKeyId\": ", primary_, ",\n  \"key\": [");
  std::string_view separator = "\n";
  for (const Key& key : keys_) {
    out += separator;
    separator = ",\n";
    out += "    {\n      \"keyData\": {\"typeUrl\": \"";
    if (key.type) out += type_url(*key.type, key.part);
    out += "\", \"value\": \"";
    if (key.status != KeyStatus::destroyed) {
      std::string message = write_key_proto(key);
      const WipeAtExit wipe_message(message);
      std::string encoded = base64::encode(as_bytes(message), base64::Alphabet::standard);
      const WipeAtExit wipe_encoded(encoded);
      out += encoded;
    }
    out += "\", \"keyMaterialType\": \"";
    out += tink_part[static_cast<std::size_t>(key.part)];
    out += "\"},\n      \"status\": \"";
    out += tink_status[static_cast<std::size_t>(key.status)];
    out += cat("\",\n      \"keyId\": ", key.id, ",\n      \"outputPrefixType\": \"");
    out += tink_prefix[static_cast<std::size_t>(key.prefix)];
    out += "\"\n    }";
  }
  out += "\n  ]\n}\n";
  return out;
}

}  // namespace adyton::crypto
