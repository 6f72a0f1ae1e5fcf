#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/text.h"

namespace adyton::base64 {

// RFC 4648. `url` is section 5's alphabet without padding (field ciphertexts, as JSON strings need
// no escapes for it); `standard` is section 4's with padding (Tink keysets).
enum class Alphabet { standard, url };

/// Length of the text for `bytes` bytes.
std::size_t encoded_size(std::size_t bytes, Alphabet alphabet);

/// Writes encoded_size(bytes.size()) characters at `out`; returns the end.
char* encode(Bytes bytes, char* out, Alphabet alphabet);
std::string encode(Bytes bytes, Alphabet alphabet);

/// The most bytes a text of `length` characters can hold.
std::size_t decoded_capacity(std::size_t length);

/// Strict: canonical text only (no white space, no stray bits, padding exactly as the alphabet has
/// it). Writes at `out`, which has room for decoded_capacity(text.size()); the number of bytes, or
/// nullopt if the text is not canonical.
std::optional<std::size_t> decode(std::string_view text, std::uint8_t* out, Alphabet alphabet);
std::optional<std::string> decode(std::string_view text, Alphabet alphabet);

}  // namespace adyton::base64
