// Compiled for AVX2, which the static library of the distribution is not. Nothing is included here
// that could leave a copy of a shared inline function compiled so, for older processors to run
// into.

#include "host/pipeline/xxh3_avx2.h"

#if defined(__x86_64__)

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace adyton::pipeline {

void xxh3_update_avx2(void* state, const void* bytes, std::size_t size) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state), bytes, size);
}

}  // namespace adyton::pipeline

#endif
