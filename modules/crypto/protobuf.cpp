#include "modules/crypto/protobuf.h"

namespace adyton::crypto {
namespace {

constexpr std::uint64_t varint_type = 0;
constexpr std::uint64_t bytes_type = 2;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

std::optional<ProtoField> ProtoReader::next() {
  if (failed_ || rest_.empty()) return std::nullopt;
  const auto tag = varint();
  if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return fail();
  const auto value = varint();
  if (!value) return fail();
  const auto number = static_cast<std::uint32_t>(*tag >> 3);
  if ((*tag & 7) == varint_type) return ProtoField{number, *value};
  if ((*tag & 7) != bytes_type || *value > rest_.size()) return fail();
  const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(*value));
  rest_.remove_prefix(bytes.size());
  return ProtoField{number, bytes};
}

std::optional<std::uint64_t> ProtoReader::varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 10 && i < rest_.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(rest_[i]);
    if (i == 9 && byte > 1) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::optional<ProtoField> ProtoReader::fail() {
  failed_ = true;
  return std::nullopt;
}

void append_varint_field(std::string& out, std::uint32_t number, std::uint64_t value) {
  if (value == 0) return;
  append_varint(out, std::uint64_t{number} << 3 | varint_type);
  append_varint(out, value);
}

void append_bytes_field(std::string& out, std::uint32_t number, std::string_view value) {
  append_varint(out, std::uint64_t{number} << 3 | bytes_type);
  append_varint(out, value.size());
  out += value;
}

}  // namespace adyton::crypto
