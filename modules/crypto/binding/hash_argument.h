#pragma once

#include <optional>

#include "host/python/ref.h"
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

/// The hash of an HMAC as an argument: its name, or, as hmac's functions take it, what makes such
/// hash objects (hashlib.sha256), which is called for it. nullopt with an exception set.
inline std::optional<Hash> hmac_hash_of(Gil& gil, PyObject* object, const char* name) {
  python::Ref made_name;
  if (PyCallable_Check(object) != 0) {
    const auto made = python::Ref::steal(PyObject_CallNoArgs(object));
    if (!made) return std::nullopt;
    made_name = python::Ref::steal(PyObject_GetAttrString(made.get(), "name"));
    if (!made_name) return std::nullopt;
    object = made_name.get();
  }
  const auto hash = hash_of(gil, object, name);
  if (!hash || supports_hmac(*hash)) return hash;
  PyErr_SetString(PyExc_ValueError, "there is no HMAC with blake2b; use blake2b(key=...)");
  return std::nullopt;
}

}  // namespace adyton::crypto
