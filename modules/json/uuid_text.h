#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace adyton::json {

/// The characters of a UUID, quotes excluded.
inline constexpr std::size_t uuid_capacity = 36;

/// Writes the form of RFC 9562, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", at `out`; returns the end.
char* write_uuid(std::span<const std::uint8_t, 16> bytes, char* out);

}  // namespace adyton::json
