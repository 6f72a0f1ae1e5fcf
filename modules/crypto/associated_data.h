#pragma once

#include <string>
#include <string_view>

namespace adyton::crypto {

// Version 1, frozen: every value Adyton sealed depends on these bytes.
//
//   field   "adyton/field/1" (14 bytes of ASCII), then for each of domain, pointer, record id:
//           its length as 4 bytes, big endian, and its bytes
//   token   "adyton/token/1", then the domain framed in the same way
//   hash    "adyton/hash/1", then the domain framed in the same way, then, up to the end, what is
//           hashed
//
// The lengths keep ("ab", "c") apart from ("a", "bc"), which joining with a separator would not.

/// What an encrypted field is bound to. `pointer` is the JSON Pointer as the job writes it (or its
/// `as`), `record_id` empty where none is bound. Each is shorter than 4 GiB.
std::string field_associated_data(std::string_view domain, std::string_view pointer,
                                  std::string_view record_id);

/// What a deterministic token is bound to: the domain alone, so that equal values give equal tokens
/// across fields and tables.
std::string token_associated_data(std::string_view domain);

/// What stands before the value in the message of a keyed hash.
std::string hash_message_head(std::string_view domain);

}  // namespace adyton::crypto
