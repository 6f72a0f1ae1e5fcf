#include "modules/crypto/associated_data.h"

#include <cstdint>

namespace adyton::crypto {
namespace {

void frame(std::string& out, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift);
  out += part;
}

}  // namespace

std::string field_associated_data(std::string_view domain, std::string_view pointer,
                                  std::string_view record_id) {
  std::string out = "adyton/field/1";
  for (const std::string_view part : {domain, pointer, record_id}) frame(out, part);
  return out;
}

std::string token_associated_data(std::string_view domain) {
  std::string out = "adyton/token/1";
  frame(out, domain);
  return out;
}

std::string hash_message_head(std::string_view domain) {
  std::string out = "adyton/hash/1";
  frame(out, domain);
  return out;
}

}  // namespace adyton::crypto
