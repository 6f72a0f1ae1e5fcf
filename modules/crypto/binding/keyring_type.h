#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// The Keyring in a Python object, which owns it: the argument of `function`. nullptr with
/// TypeError set if it is none.
const Keyring* keyring_of(python::Gil& gil, PyObject* object, const char* function);

}  // namespace adyton::crypto
