#pragma once

#include <cstddef>

namespace adyton::json {

/// The most characters write_real32 makes; it may scribble on as many bytes.
inline constexpr std::size_t real32_capacity = 32;

/// Writes the shortest decimal that reads back as the float `value`, in the form of write_real: a
/// fraction always, an exponent below 1e-4 and from 1e16 on. Returns the end. Precondition: finite.
char* write_real32(float value, char* out);

}  // namespace adyton::json
