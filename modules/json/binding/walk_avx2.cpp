#include "modules/json/binding/walk.h"

namespace adyton::json {

Walked walk_avx2(Serializer& serializer, PyObject* root, std::size_t unit) {
  return walk(serializer, root, unit);
}

}  // namespace adyton::json
