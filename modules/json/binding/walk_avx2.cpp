#include "modules/json/binding/walk.h"

namespace adyton::json {

WalkFunctions find_walk_avx2(const SerializeOptions& options, std::size_t unit) {
  return find_walk_here(options, unit);
}

}  // namespace adyton::json
