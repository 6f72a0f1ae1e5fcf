#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/python_objects.h"
#include "modules/json/decode.h"

namespace adyton::json {

/// A str of the token's characters, made in its final form. A new reference, or null with an
/// exception set.
PyObject* make_wide_str(python::Gil& gil, const StringToken& token);

[[gnu::always_inline]] inline PyObject* make_str(python::Gil& gil, const StringToken& token) {
  if (token.width == Width::ascii) {
    if (!token.escaped) return new_ascii_str(token.raw, token.roomy);
    if (token.characters != nullptr) {
      return new_ascii_str({static_cast<const char*>(token.characters), token.length}, true);
    }
  }
  return make_wide_str(gil, token);
}

}  // namespace adyton::json
