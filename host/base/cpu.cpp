#include "host/base/cpu.h"

#include <algorithm>
#include <cstdlib>

namespace adyton {
namespace {

VectorLevel best_level() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return VectorLevel::avx2;
#endif
  return VectorLevel::portable;
}

VectorLevel chosen_level() {
  const VectorLevel best = best_level();
  const char* const name = std::getenv("ADYTON_VECTORS");
  if (name == nullptr) return best;
  for (const VectorLevel level : {VectorLevel::portable, VectorLevel::avx2}) {
    if (name == vector_level_name(level)) return std::min(level, best);
  }
  return best;
}

}  // namespace

VectorLevel vector_level() {
  static const VectorLevel level = chosen_level();
  return level;
}

std::string_view vector_level_name(VectorLevel level) {
  return level == VectorLevel::avx2 ? "avx2" : "portable";
}

}  // namespace adyton
