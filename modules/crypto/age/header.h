#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"
#include "host/base/text.h"
#include "modules/crypto/age/bytes.h"

namespace adyton::crypto::age {

// The text before the payload of an age file (https://c2sp.org/age):
//
//   age-encryption.org/v1
//   -> TYPE ARGUMENT…          one stanza for each recipient: who can unwrap the file key, and how
//   BODY                       base64 without padding, lines of 64 columns, the last one shorter
//   --- MAC                    HMAC-SHA-256 under a key made from the file key, of all before
//                              the blank
//
// It is in the clear: what is wrong with its form is said.

struct Stanza {
  std::vector<std::string> arguments;  // the first is the type; at least one
  std::string body;                    // bytes
};

struct Header {
  std::vector<Stanza> stanzas;  // at least one
  std::string mac;              // 32 bytes
  std::string authenticated;    // what the MAC is of
};

inline constexpr std::string_view version_line = "age-encryption.org/v1";
/// A longer header is refused: it is read into memory before anything of it is known to be true.
inline constexpr std::size_t longest_header = 1 << 20;

/// The header of these stanzas up to its MAC: Header::authenticated.
std::string unauthenticated_header(const std::vector<Stanza>& stanzas);
/// What follows it.
std::string header_end(Bytes mac);

/// A whole header, its last newline included. Strict: ErrorCode::invalid, which says what is wrong.
Result<Header> parse_header(std::string_view text);

/// A header and what was read of what follows it.
struct HeaderAndRest {
  Header header;
  std::size_t size = 0;  // of the header's text
  std::string rest;
};

/// Reads a header. ErrorCode::invalid if there is none, ErrorCode::limit if it is too long.
Result<HeaderAndRest> read_header(const Source& source);

/// Base64 without padding, as headers have it. nullopt if the text is not canonical.
std::string encode_unpadded(Bytes bytes);
std::optional<std::string> decode_unpadded(std::string_view text);

}  // namespace adyton::crypto::age
