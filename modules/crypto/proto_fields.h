#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/protobuf.h"

namespace adyton::crypto {

/// The error of a key's message; it continues "key 123 …".
inline Error invalid_key(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

/// Puts a field's value into `into`; false if it is of another wire type, or there already.
template <class T>
bool take_field(const ProtoField& field, std::optional<T>& into) {
  const T* value = std::get_if<T>(&field.value);
  if (value == nullptr || into) return false;
  into = *value;
  return true;
}

/// Gives every field of a message to `take`, which says whether it knows it.
template <class Take>
Status read_message(std::string_view message, std::string_view what, Take take) {
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (!take(*field)) {
      return invalid_key(cat("has a ", what, " this version of Adyton does not know"));
    }
  }
  if (reader.failed()) {
    return invalid_key(cat("is damaged: its ", what == "field" ? "value is" : "parameters are",
                           " no protobuf message"));
  }
  return {};
}

inline Status check_version(std::optional<std::uint64_t> version) {
  if (version.value_or(0) == 0) return {};
  return invalid_key(cat("has version ", *version, "; Adyton knows version 0"));
}

}  // namespace adyton::crypto
