#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// The Keyring in a Python object, which owns it; nullptr, with no exception set, if it is none.
const Keyring* find_keyring(python::Gil& gil, PyObject* object);

}  // namespace adyton::crypto
