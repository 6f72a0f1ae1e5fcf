#include "modules/json/binding/walk.h"

namespace adyton::json {

bool walk_portable(Serializer& serializer, PyObject* root) {
  return walk(serializer, root);
}

}  // namespace adyton::json
