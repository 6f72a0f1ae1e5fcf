#pragma once

#include "host/base/result.h"
#include "host/python/gil.h"

namespace adyton::python {

/// The key in the interpreter's dict (PyInterpreterState_GetDict) under which adyton.crypto keeps
/// its exception class, so that this room need not know that module.
inline constexpr const char* decryption_error_key = "adyton.crypto.DecryptionError";

/// The one place where a C++ failure becomes a Python exception. Sets the exception and returns
/// nullptr, so that a C function can `return raise(gil, error);`. The message is the error's
/// text(); bytes in it that are not UTF-8 (a file's name) are shown as \xNN.
///   invalid, limit, config → ValueError · io → OSError · stopped → KeyboardInterrupt
///   crypto → adyton.crypto.DecryptionError (a ValueError, which that module registers)
PyObject* raise(Gil& gil, const Error& error);

}  // namespace adyton::python
