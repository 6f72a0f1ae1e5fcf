#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace adyton::crypto {

// The part of the protobuf wire format that Tink's key messages use: varints and byte strings.

/// One field of a message: its number and its value.
struct ProtoField {
  std::uint32_t number;
  std::variant<std::uint64_t, std::string_view> value;
};

/// Reads the fields of one message in order. The message must outlive the reader and its values.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view message) : rest_(message) {}

  /// The next field; nullopt at the end and where the message is malformed, which failed() tells
  /// apart. Wire types other than varint and byte string, over-long varints and lengths past the
  /// end are malformed.
  std::optional<ProtoField> next();
  bool failed() const { return failed_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<ProtoField> fail();

  std::string_view rest_;
  bool failed_ = false;
};

/// Appends one field. A zero varint is left out, as proto3 does.
void append_varint_field(std::string& out, std::uint32_t number, std::uint64_t value);
void append_bytes_field(std::string& out, std::uint32_t number, std::string_view value);

}  // namespace adyton::crypto
