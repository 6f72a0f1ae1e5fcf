#pragma once

#include <cstddef>

namespace adyton::pipeline {

/// XXH3_128bits_update() three times as fast, on a state of libxxhash (an XXH3_state_t). On x86-64
/// only, and only where vector_level() is avx2 or better.
void xxh3_update_avx2(void* state, const void* bytes, std::size_t size);

}  // namespace adyton::pipeline
