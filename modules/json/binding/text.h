#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/decode.h"

namespace adyton::json {

/// A str of the token's characters, made in its final form. A new reference, or null with an
/// exception set.
PyObject* make_str(python::Gil& gil, const StringToken& token);

}  // namespace adyton::json
