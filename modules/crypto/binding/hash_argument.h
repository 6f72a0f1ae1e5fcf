#pragma once

#include <optional>

#include "modules/crypto/binding/call.h"
#include "modules/crypto/digest.h"

namespace adyton::crypto {

/// A hash's name as an argument; nullopt with TypeError or ValueError set.
inline std::optional<Hash> hash_of(Gil& gil, PyObject* object, const char* name) {
  const auto given = text(gil, object, name);
  if (!given) return std::nullopt;
  const auto hash = parse_hash(*given);
  if (!hash) {
    PyErr_Format(PyExc_ValueError, "there is no hash %R; see adyton.crypto.algorithms_available",
                 object);
  }
  return hash;
}

}  // namespace adyton::crypto
