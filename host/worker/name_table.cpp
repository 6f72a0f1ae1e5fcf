#include "host/worker/name_table.h"

namespace adyton::worker {

std::size_t NameTable::hash(python::Gil&, std::string_view name) {
  const auto size = static_cast<Py_ssize_t>(name.size());
#if PY_VERSION_HEX >= 0x030E0000
  return static_cast<std::size_t>(Py_HashBuffer(name.data(), size));
#else
  return static_cast<std::size_t>(PyHash_GetFuncDef()->hash(name.data(), size));
#endif
}

}  // namespace adyton::worker
