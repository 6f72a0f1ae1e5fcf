#include "modules/crypto/age/recipient.h"

#include <algorithm>

#include "host/base/text.h"
#include "modules/crypto/age/bech32.h"
#include "modules/crypto/age/lines.h"

namespace adyton::crypto::age {
namespace {

constexpr std::string_view prefix = "age";
constexpr std::size_t text_size = 62;
constexpr std::size_t longest_list = 1 << 20;

Error no_recipient(std::string_view text) {
  if (text.starts_with("AGE-SECRET-KEY-")) {
    return {
        ErrorCode::config,
        "an identity stands where a recipient is expected; its recipient (age1…) is what adyton "
        "keys identity printed, and a comment of the identity's file"};
  }
  if (text.starts_with("ssh-")) {
    return {ErrorCode::config,
            "an SSH key is no recipient here; make an identity with: adyton keys identity"};
  }
  return {ErrorCode::config, cat(in_quotes(text), " is no recipient: one begins with age1, has ",
                                 text_size, " characters and a checksum at its end")};
}

}  // namespace

Result<Recipient> Recipient::parse(std::string_view text) {
  if (text.size() != text_size) return no_recipient(text);
  const auto decoded = decode_bech32(text);
  if (!decoded || decoded->prefix != prefix || decoded->data.size() != x25519_size) {
    return no_recipient(text);
  }
  Point point{};
  std::ranges::copy(decoded->data.bytes(), point.begin());
  return Recipient(point);
}

std::string Recipient::text() const {
  return encode_bech32(prefix, point_);
}

Result<std::vector<Recipient>> parse_recipients(std::string_view text, const std::string& name) {
  std::vector<Recipient> recipients;
  ADYTON_CHECK(for_each_key_line(text, name, [&](std::string_view line) -> Status {
    ADYTON_TRY(const Recipient recipient, Recipient::parse(line));
    recipients.push_back(recipient);
    return {};
  }));
  if (recipients.empty()) return Error{ErrorCode::config, "holds no recipient", name};
  return recipients;
}

Result<std::vector<Recipient>> load_recipients(Os& os, const std::string& path) {
  ADYTON_TRY(const std::string text, read_file(os, path, longest_list));
  return parse_recipients(text, path);
}

}  // namespace adyton::crypto::age
