#include "host/base/cpu.h"

#include <algorithm>
#include <cstdlib>

namespace adyton {
namespace {

VectorLevel best_level() {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vbmi2") &&
                      __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("gfni") &&
                      __builtin_cpu_supports("pclmul");
  if (avx2) return avx512 ? VectorLevel::avx512 : VectorLevel::avx2;
#endif
  return VectorLevel::portable;
}

VectorLevel chosen_level() {
  const VectorLevel best = best_level();
  const char* const name = std::getenv("ADYTON_VECTORS");
  if (name == nullptr) return best;
  for (const VectorLevel level : {VectorLevel::portable, VectorLevel::avx2, VectorLevel::avx512}) {
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
  switch (level) {
    case VectorLevel::portable:
      return "portable";
    case VectorLevel::avx2:
      return "avx2";
    case VectorLevel::avx512:
      return "avx512";
  }
  return "";
}

}  // namespace adyton
