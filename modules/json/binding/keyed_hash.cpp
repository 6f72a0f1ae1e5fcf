#include "modules/json/binding/keyed_hash.h"

#include <Python.h>

namespace adyton::json {

std::size_t keyed_hash(std::string_view bytes) {
  const auto size = static_cast<Py_ssize_t>(bytes.size());
#if PY_VERSION_HEX >= 0x030E0000
  return static_cast<std::size_t>(Py_HashBuffer(bytes.data(), size));
#else
  return static_cast<std::size_t>(PyHash_GetFuncDef()->hash(bytes.data(), size));
#endif
}

}  // namespace adyton::json
