#pragma once

#include <algorithm>
#include <cstddef>

#include <Python.h>

namespace adyton::json {

/// How deep arrays and objects may nest, to be read and to be written. Adyton itself has no limit
/// (it does not recurse), so the standard library's applies: the interpreter's recursion limit, and
/// from 3.12 on, where its C code has one of its own, at least that.
inline std::size_t nesting_limit() {
  const auto limit = static_cast<std::size_t>(Py_GetRecursionLimit());
#if PY_VERSION_HEX >= 0x030C0000
  return std::max<std::size_t>(limit, 10'000);
#else
  return limit;
#endif
}

}  // namespace adyton::json
